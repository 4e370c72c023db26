import { standsApart } from '../../api/nodes/define-node';
import type { CheckedGraph, CheckedNode } from '../../compile/checked-graph';
import { readPorts } from '../../compile/kept-outputs';
import { dataOfParts, partsBehind } from './wired-objectives';

/** One plan of a run, and the nodes that compute by themselves once it has run. */
export interface Stage {
  /** What is compiled: all nodes up to this stage; those of earlier stages are kept results by then. */
  readonly graph: CheckedGraph;
  readonly computed: readonly CheckedNode[];
  /** Outputs, as `node.port`, that what comes after its plan reads. */
  readonly readLater: ReadonlySet<string>;
}

/**
 * Cuts a recipe where a node computes by itself: everything that such a node needs is one plan,
 * everything that needs it another. A recipe without such nodes is one stage; the last stage is
 * always the whole recipe.
 * @param isKept whether an earlier run left what the node gives
 */
export function stagesOf(
  { nodes }: CheckedGraph,
  isKept: (nodeId: string) => boolean,
): readonly Stage[] {
  const waits = (node: CheckedNode) => standsApart(node.definition) && !isKept(node.id);
  /** Stages that end before the node can run, and before what it gives is there. */
  const before = new Map<string, number>();
  const after = new Map<string, number>();
  for (const node of nodes) {
    const sources = Object.values(node.inputs).flat();
    const ready = Math.max(0, ...sources.map(({ nodeId }) => after.get(nodeId) ?? 0));
    before.set(node.id, ready);
    after.set(node.id, waits(node) ? ready + 1 : ready);
  }
  const last = Math.max(0, ...after.values());
  return Array.from({ length: last + 1 }, (_, index) => ({
    graph: { nodes: nodes.filter(({ id }) => (after.get(id) ?? 0) <= index) },
    computed: nodes.filter((node) => waits(node) && before.get(node.id) === index),
    readLater: readLater({ nodes }, ({ id }) => (after.get(id) ?? 0) > index),
  }));
}

/**
 * Outputs that the nodes of later stages read. Where one of them learns, it asks its objectives again, which read theirs
 * then, though they have been asked before.
 */
function readLater(
  graph: CheckedGraph,
  isLater: (node: CheckedNode) => boolean,
): ReadonlySet<string> {
  const later = graph.nodes.filter(isLater);
  const parts = later
    .filter(({ definition }) => definition.train)
    .flatMap(({ inputs }) => partsBehind(Object.values(inputs).flat(), graph));
  const ofParts = dataOfParts(parts).map(({ nodeId, port }) => `${nodeId}.${port}`);
  return new Set([...readPorts({ nodes: later }, 'all'), ...ofParts]);
}
