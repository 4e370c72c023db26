import { createStore } from 'zustand/vanilla';
import type { PipelineDocument } from '../../pipeline/schema';
import type { Diagnostic } from '../../runtime/api/engine/diagnostics';
import type {
  EngineDescription,
  NodeState,
  PlanSummary,
  RunProgress,
  RunResult,
} from '../../runtime/api/engine/engine-api';
import type { InputDescriptor } from '../../runtime/api/engine/inputs';
import { portEnd } from './document-edits';

/** How a loader's data stands. */
export type InputStatus =
  | { readonly state: 'opening'; readonly key: string }
  | {
      readonly state: 'ready';
      readonly key: string;
      readonly handle: string;
      readonly sha256: string;
      readonly descriptor: InputDescriptor;
      readonly warnings: readonly Diagnostic[];
    }
  /** A file on the person's own disk that has to be chosen again. */
  | { readonly state: 'needs-file'; readonly key: string; readonly name: string }
  /** An address that is fetched only after the person agrees. */
  | {
      readonly state: 'needs-consent';
      readonly key: string;
      readonly url: string;
      readonly sha256: string;
    }
  | {
      readonly state: 'fetching';
      readonly key: string;
      readonly loaded: number;
      readonly total?: number;
    }
  | { readonly state: 'failed'; readonly key: string; readonly diagnostics: readonly Diagnostic[] };

/** What a run says of one node. */
export interface NodeRun {
  readonly state: NodeState;
  readonly seconds?: number;
  readonly loop?: {
    readonly label: string;
    readonly iteration: number;
    readonly maxIterations: number;
  };
}

/** What became of a parameter that was turned to a value while a recipe ran. */
export type TurnNote = { readonly value: number } & TurnState;

type TurnState =
  | { readonly state: 'asked' }
  | { readonly state: 'taken'; readonly label: string; readonly atIteration: number }
  | { readonly state: 'refused'; readonly reason: string };

/** The losses of one loop at one level: a row an iteration, a column a name. */
export interface LossCurve {
  readonly nodeId: string;
  readonly label: string;
  readonly names: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

/** What runs, has run, and is wrong; thrown away with the page. Volumes are kept elsewhere. */
export interface RunState {
  readonly status: 'idle' | 'running' | 'cancelling';
  readonly runId: string | undefined;
  readonly startedAt: number | undefined;
  readonly engine: EngineDescription | undefined;
  readonly inputs: Readonly<Record<string, InputStatus>>;
  readonly nodes: Readonly<Record<string, NodeRun>>;
  readonly curves: readonly LossCurve[];
  /** Of this run, by `node.parameter`. */
  readonly turns: Readonly<Record<string, TurnNote>>;
  readonly secondsLeft: number | undefined;
  /** Counts previews, so that the viewer knows when to draw again. */
  readonly previews: number;
  readonly result: RunResult | undefined;
  /** What the result was made from: a node that differs now is stale. */
  readonly resultDocument: PipelineDocument | undefined;
  /** Of the last compilation of the recipe as it stands. */
  readonly compileDiagnostics: readonly Diagnostic[];
  /** Of the last run. */
  readonly runDiagnostics: readonly Diagnostic[];
  readonly plan: PlanSummary | undefined;
}

/** Before anything has run. */
export const initialRun: RunState = {
  status: 'idle',
  runId: undefined,
  startedAt: undefined,
  engine: undefined,
  inputs: {},
  nodes: {},
  curves: [],
  turns: {},
  secondsLeft: undefined,
  previews: 0,
  result: undefined,
  resultDocument: undefined,
  compileDiagnostics: [],
  runDiagnostics: [],
  plan: undefined,
};

/** Creates the run store. */
export function createRunStore() {
  return createStore<RunState>()(() => initialRun);
}

export type RunStore = ReturnType<typeof createRunStore>;

/** The state at the first moment of a run. */
export function runStarted(state: RunState, runId: string, nowMs: number): RunState {
  return {
    ...state,
    status: 'running',
    runId,
    startedAt: nowMs,
    nodes: {},
    curves: [],
    turns: {},
    secondsLeft: undefined,
    result: undefined,
    resultDocument: undefined,
    runDiagnostics: [],
  };
}

/** The state after a run that was not begun: the results of the one before are there again. */
export function runRefused(state: RunState, before: RunState): RunState {
  const { nodes, curves, turns, result, resultDocument, runDiagnostics } = before;
  return {
    ...state,
    status: 'idle',
    runId: undefined,
    startedAt: undefined,
    nodes,
    curves,
    turns,
    result,
    resultDocument,
    runDiagnostics,
  };
}

/** One message of progress; messages of another run change nothing. */
export function runProgressed(state: RunState, progress: RunProgress): RunState {
  if (progress.runId !== state.runId) return state;
  const curves = progress.losses.reduce(addLosses, state.curves);
  // The last messages can be overtaken by the result, which then has said how every node ended.
  if (state.status === 'idle') return { ...state, curves };
  const nodes = { ...state.nodes };
  for (const { nodeId, ...run } of progress.nodes) {
    const before = nodes[nodeId];
    const loop = run.loop ?? (run.state === 'running' ? before?.loop : undefined);
    nodes[nodeId] = { ...run, ...(loop && { loop }) };
  }
  return {
    ...state,
    nodes,
    curves,
    secondsLeft: progress.secondsLeft,
    previews: state.previews + (progress.preview === undefined ? 0 : 1),
  };
}

/** The end of a run, whatever it was. */
export function runEnded(state: RunState, result: RunResult, document: PipelineDocument): RunState {
  const ended = result.status === 'cancelled' ? 'cancelled' : 'failed';
  const nodes = Object.fromEntries(
    Object.entries(state.nodes).flatMap(([nodeId, run]) => {
      // What never began has nothing to say.
      if (run.state === 'waiting' && result.status !== 'done') return [];
      const seconds = result.seconds.nodes[nodeId] ?? run.seconds;
      const isOpen = run.state === 'running' || run.state === 'waiting';
      const closed = isOpen ? (result.status === 'done' ? 'done' : ended) : run.state;
      return [[nodeId, { state: closed, ...(seconds !== undefined && { seconds }) }] as const];
    }),
  );
  return {
    ...state,
    status: 'idle',
    secondsLeft: undefined,
    nodes,
    result,
    resultDocument: document,
    runDiagnostics: result.diagnostics,
  };
}

function addLosses(
  curves: readonly LossCurve[],
  points: RunProgress['losses'][number],
): readonly LossCurve[] {
  const index = curves.findIndex(
    (curve) => curve.nodeId === points.nodeId && curve.label === points.label,
  );
  const before = curves[index];
  if (before === undefined) {
    const { nodeId, label, names, rows } = points;
    return [...curves, { nodeId, label, names, rows }];
  }
  const rows = [...before.rows.slice(0, points.firstIteration), ...points.rows];
  return curves.with(index, { ...before, rows });
}

/**
 * Nodes whose result no longer belongs to the recipe: they, or something that they depend on, have
 * changed since it was made.
 */
export function staleNodes(
  made: PipelineDocument | undefined,
  now: PipelineDocument,
): ReadonlySet<string> {
  const stale = new Set<string>();
  if (made === undefined || made === now) return stale;
  const wiresBefore = wiresByTarget(made);
  const wiresNow = wiresByTarget(now);
  for (const [nodeId, node] of Object.entries(now.nodes)) {
    const before = made.nodes[nodeId];
    const isSame =
      before?.type === node.type &&
      (before.params === node.params ||
        JSON.stringify(before.params) === JSON.stringify(node.params)) &&
      wiresInto(wiresBefore, nodeId) === wiresInto(wiresNow, nodeId);
    if (!isSame) stale.add(nodeId);
  }
  const targets = new Map<string, string[]>();
  for (const edge of now.edges) {
    const from = portEnd(edge.from).nodeId;
    const list = targets.get(from) ?? [];
    list.push(portEnd(edge.to).nodeId);
    targets.set(from, list);
  }
  // What is added while the set is walked is walked too.
  for (const nodeId of stale) for (const target of targets.get(nodeId) ?? []) stale.add(target);
  return stale;
}

function wiresByTarget(document: PipelineDocument): ReadonlyMap<string, readonly string[]> {
  const wires = new Map<string, string[]>();
  for (const edge of document.edges) {
    const { nodeId } = portEnd(edge.to);
    const into = wires.get(nodeId) ?? [];
    into.push(`${edge.from}>${edge.to}`);
    wires.set(nodeId, into);
  }
  return wires;
}

function wiresInto(wires: ReadonlyMap<string, readonly string[]>, nodeId: string): string {
  return [...(wires.get(nodeId) ?? [])].sort().join();
}

/** Everything that is wrong or doubtful, of the recipe, its data and its run, without repetition. */
export function allDiagnostics(
  state: Pick<RunState, 'inputs' | 'compileDiagnostics' | 'runDiagnostics'>,
): readonly Diagnostic[] {
  const ofInputs = Object.values(state.inputs).flatMap((input) =>
    input.state === 'failed' ? input.diagnostics : input.state === 'ready' ? input.warnings : [],
  );
  // That there is no data is no news where the reason for it is known, or where it is on its way.
  const explained = new Set([
    ...ofInputs.flatMap(({ severity, at }) => (severity === 'error' ? (at.nodeId ?? []) : [])),
    ...Object.keys(state.inputs).filter((nodeId) =>
      ['opening', 'fetching'].includes(state.inputs[nodeId]?.state ?? ''),
    ),
  ]);
  const ofRecipe = state.compileDiagnostics.filter(
    ({ code, at }) => code !== 'input-missing' || !explained.has(at.nodeId ?? ''),
  );
  const seen = new Set<string>();
  return [...ofInputs, ...ofRecipe, ...state.runDiagnostics].filter((diagnostic) => {
    const key = JSON.stringify([diagnostic.code, diagnostic.at, diagnostic.message]);
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

/** True while the recipe or its data cannot be run; what went wrong in a run may go right in the next. */
export function isBlocked(state: RunState): boolean {
  const before = { ...state, runDiagnostics: [] };
  return allDiagnostics(before).some(({ severity }) => severity === 'error');
}
