import type { PipelineDocument } from '../../pipeline/schema';
import { writeDocument } from '../../pipeline/write-document';
import {
  deviceKinds,
  type EngineApi,
  type RunResult,
  type TurnOutcome,
} from '../../runtime/api/engine/engine-api';
import type { NodeRegistry } from '../../runtime/api/nodes/define-node';
import type { DocumentStore } from '../store/document-store';
import { renamedNode, runRenamed } from '../store/rename-run';
import {
  isBlocked,
  type RunStore,
  runEnded,
  runProgressed,
  runRefused,
  runStarted,
  type TurnNote,
} from '../store/run-store';
import type { ViewStore } from '../store/view-store';
import type { VolumeLibrary } from '../viewer/volume-library';
import { faultOfOurs } from './fault';
import { createInputOpener } from './input-opener';
import { bindingsOf, loaderSources } from './input-sources';

const compileAfterMs = 350;
const previewEveryMs = 150;

/** What the controller stands between. */
export interface RunControllerParts {
  readonly engine: EngineApi;
  readonly registry: NodeRegistry;
  readonly documents: DocumentStore;
  readonly runs: RunStore;
  readonly views: ViewStore;
  readonly volumes: VolumeLibrary;
}

/** Keeps the engine and the stores in step: opens inputs, compiles after edits, runs and cancels. */
export function createRunController(parts: RunControllerParts) {
  const { engine, registry, documents, runs, views, volumes } = parts;
  const inputs = createInputOpener(parts);
  let compileTimer: ReturnType<typeof setTimeout> | undefined;
  let compiling: Promise<void> | undefined;
  let compileCount = 0;
  let runCount = 0;
  let turnCount = 0;

  function request() {
    const { document } = documents.store.getState();
    const bindings = bindingsOf(loaderSources(document, registry), runs.getState().inputs);
    const { device } = views.store.getState();
    return { documentText: writeDocument(document), bindings, device };
  }

  function isRunning(runId: string): boolean {
    const state = runs.getState();
    return state.runId === runId && state.status !== 'idle';
  }

  async function compile(): Promise<void> {
    compileCount += 1;
    const count = compileCount;
    const compiled = await engine.compile(request()).catch((error: unknown) => ({
      diagnostics: [faultOfOurs(error)],
      plan: undefined,
    }));
    // A later edit has asked again meanwhile.
    if (count !== compileCount) return;
    runs.setState({ compileDiagnostics: compiled.diagnostics, plan: compiled.plan });
  }

  function compileSoon(): void {
    clearTimeout(compileTimer);
    compileTimer = undefined;
    if (!documents.store.getState().isOpen) return;
    compileTimer = setTimeout(compileNow, compileAfterMs);
  }

  function compileNow(): void {
    clearTimeout(compileTimer);
    compileTimer = undefined;
    compiling = compile();
  }

  /** Resolves when what is known to be wrong is what is wrong with the recipe as it stands. */
  async function compiled(): Promise<void> {
    if (compileTimer !== undefined) compileNow();
    await compiling;
  }

  /**
   * Runs the recipe. One that has problems is not begun: they are shown, and the results of the run
   * before stay.
   */
  async function run(): Promise<void> {
    const before = runs.getState();
    if (before.status !== 'idle') return;
    runCount += 1;
    const runId = `run-${runCount}`;
    const { document } = documents.store.getState();
    runs.setState(runStarted(before, runId, Date.now()));
    volumes.setPreview(undefined);
    await inputs.settled();
    await compiled();
    if (runs.getState().status === 'cancelling') return end(cancelledBeforeStart(runs), document);
    if (isBlocked(runs.getState())) {
      runs.setState((state) => runRefused(state, before));
      return views.set({ runTab: 'problems', isDrawerOpen: true });
    }
    const result = await engine
      .run({ ...request(), runId, previewEveryMs }, (progress) => {
        runs.setState((state) => runProgressed(state, progress));
        if (progress.preview !== undefined && isRunning(progress.runId)) {
          volumes.setPreview(progress.preview);
        }
      })
      .catch(
        (error: unknown): RunResult => ({ ...emptyResult, diagnostics: [faultOfOurs(error)] }),
      );
    end(result, document);
  }

  function end(result: RunResult, document: PipelineDocument): void {
    runs.setState((state) => runEnded(state, result, document));
    // A node may have been renamed while it ran.
    followRenaming(document, documents.store.getState().document);
    // A cancelled run gives no image: how far it came is what there is to see.
    if (result.status !== 'cancelled') volumes.setPreview(undefined);
    const hasErrors = result.diagnostics.some((diagnostic) => diagnostic.severity === 'error');
    if (hasErrors) views.set({ runTab: 'problems', isDrawerOpen: true });
    else if (result.status === 'done') views.set({ runTab: 'metrics' });
  }

  function followRenaming(before: PipelineDocument, after: PipelineDocument): void {
    const { status } = runs.getState();
    const renamed = status === 'idle' ? renamedNode(before, after) : undefined;
    if (renamed) runs.setState((state) => runRenamed(state, renamed.from, renamed.to));
  }

  async function cancel(): Promise<void> {
    const { runId, status } = runs.getState();
    if (runId === undefined || status !== 'running') return;
    runs.setState({ status: 'cancelling' });
    await engine.cancel(runId);
  }

  /** Turns a parameter of the running recipe and notes what came of it; quiet where nothing runs. */
  async function turn(nodeId: string, parameter: string, value: number): Promise<void> {
    const { runId, status } = runs.getState();
    if (runId === undefined || status !== 'running') return;
    turnCount += 1;
    const count = turnCount;
    const note = (found: TurnNote) => {
      // Of a slider's many answers the last one counts, and only in its own run.
      if (count < turnCount || runs.getState().runId !== runId) return;
      const { turns } = runs.getState();
      runs.setState({ turns: { ...turns, [`${nodeId}.${parameter}`]: found } });
    };
    note({ value, state: 'asked' });
    const outcome = engine.turn(runId, nodeId, parameter, value).catch(turnFault);
    note(turnNote(value, await outcome));
  }

  /** Starts to follow the stores; returns what ends that. */
  function start(): () => void {
    void engine.describe().then(
      (description) => runs.setState({ engine: description }),
      (error: unknown) => runs.setState({ runDiagnostics: [faultOfOurs(error)] }),
    );
    const stops = [
      documents.store.subscribe((state, before) => {
        if (state.document === before.document && state.isOpen === before.isOpen) return;
        followRenaming(before.document, state.document);
        if (state.isOpen) inputs.sync();
        compileSoon();
      }),
      runs.subscribe((state, before) => {
        if (state.inputs !== before.inputs) compileSoon();
      }),
      views.store.subscribe((state, before) => {
        if (state.device !== before.device) compileSoon();
      }),
    ];
    return () => {
      clearTimeout(compileTimer);
      for (const stop of stops) stop();
    };
  }

  return { start, run, cancel, turn, inputs };
}

export type RunController = ReturnType<typeof createRunController>;

function turnNote(value: number, outcome: TurnOutcome): TurnNote {
  if (!outcome.ok) {
    const reasons = outcome.diagnostics.map(({ message, remedy }) => `${message} ${remedy}`);
    return { value, state: 'refused', reason: reasons.join(' ') };
  }
  const { label, atIteration } = outcome;
  return { value, state: 'taken', label, atIteration };
}

function turnFault(error: unknown): TurnOutcome {
  return { ok: false, diagnostics: [faultOfOurs(error)] };
}

const emptyResult: RunResult = {
  status: 'failed',
  diagnostics: [],
  device: deviceKinds[0],
  deviceName: '',
  metrics: {},
  seconds: { total: 0, nodes: {} },
  peakBytes: 0,
  levels: [],
  converged: false,
  outputs: [],
  turned: [],
};

function cancelledBeforeStart(runs: RunStore): RunResult {
  return {
    ...emptyResult,
    status: 'cancelled',
    deviceName: runs.getState().engine?.devices[0]?.name ?? '',
  };
}
