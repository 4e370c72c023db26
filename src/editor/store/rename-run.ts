import type { PipelineDocument } from '../../pipeline/schema';
import type { RunResult } from '../../runtime/api/engine/engine-api';
import { renameKeys, renameNode } from './rename-node';
import type { RunState } from './run-store';

/**
 * The node that has another id in the second document than in the first. A renamed node is the very
 * same object, so that undo and redo of renaming are found as well.
 */
export function renamedNode(
  before: PipelineDocument,
  after: PipelineDocument,
): { readonly from: string; readonly to: string } | undefined {
  const from = Object.keys(before.nodes).find((nodeId) => !Object.hasOwn(after.nodes, nodeId));
  const node = from === undefined ? undefined : before.nodes[from];
  const to = Object.keys(after.nodes).find(
    (nodeId) => !Object.hasOwn(before.nodes, nodeId) && after.nodes[nodeId] === node,
  );
  return from === undefined || to === undefined ? undefined : { from, to };
}

/** What a run has left, under a node's new id: its result stays in sight. */
export function runRenamed(state: RunState, from: string, to: string): RunState {
  const renamed = (nodeId: string) => (nodeId === from ? to : nodeId);
  const { result, resultDocument } = state;
  return {
    ...state,
    nodes: renameKeys(state.nodes, renamed),
    curves: state.curves.map((curve) => ({ ...curve, nodeId: renamed(curve.nodeId) })),
    result: result && resultRenamed(result, from, to),
    resultDocument: resultDocument && renameNode(resultDocument, from, to),
    runDiagnostics: state.runDiagnostics.map((diagnostic) =>
      diagnostic.at.nodeId === from
        ? { ...diagnostic, at: { ...diagnostic.at, nodeId: to } }
        : diagnostic,
    ),
  };
}

function resultRenamed(result: RunResult, from: string, to: string): RunResult {
  const renamed = (nodeId: string) => (nodeId === from ? to : nodeId);
  const follow = <Item extends { readonly nodeId: string }>(items: readonly Item[]) =>
    items.map((item) => ({ ...item, nodeId: renamed(item.nodeId) }));
  return {
    ...result,
    seconds: { ...result.seconds, nodes: renameKeys(result.seconds.nodes, renamed) },
    levels: follow(result.levels),
    outputs: follow(result.outputs),
    turned: follow(result.turned),
  };
}
