import type { Diagnostic } from '../api/diagnostics';
import type { RunProgress, RunRequest, RunResult, TurnOutcome } from '../api/engine-api';
import { messages } from '../api/messages';
import type { Compiled } from '../compile/compile';
import { largestBuffers } from '../compile/memory-problems';
import { type Device, DeviceFailure, type Execution } from '../devices';
import type { OpGraph } from '../ir/op-graph';
import type { Plan } from '../ir/plan';
import { DialTurns } from './dial-turns';
import {
  type Kept,
  keepResults,
  levelsOf,
  metricsOf,
  outputHandles,
  writeInputs,
} from './keep-results';
import { completionOf } from './node-completion';
import {
  compilePrepared,
  hasError,
  type PreparationParts,
  type Prepared,
  prepareRecipe,
} from './prepare-recipe';
import type { ResultStore } from './result-store';
import { RunRecorder } from './run-progress';

export interface RunParts extends PreparationParts {
  readonly results: ResultStore;
}

/** How the work on the device ended. */
interface Ending {
  readonly status: RunResult['status'];
  readonly diagnostics: readonly Diagnostic[];
  readonly failedNode?: string | undefined;
  /** Where finished results can be read; undefined where they are lost or not to be trusted. */
  readonly execution?: Execution | undefined;
}

/** A recipe that compiles, on the device that it was compiled for. */
interface Work {
  readonly prepared: Prepared;
  readonly compiled: Compiled & { readonly plan: Plan; readonly graph: OpGraph };
  readonly recorder: RunRecorder;
}

/** One run of a recipe, from its text to its results; may be cancelled and turned at any time. */
export class RecipeRun {
  readonly #request: RunRequest;
  readonly #parts: RunParts;
  readonly #onProgress: (progress: RunProgress) => void;
  readonly #abort = new AbortController();
  readonly #turns = new DialTurns();
  readonly #serial: number;
  #startedMs = performance.now();

  /** @param serial tells it apart from all runs of the session, whose names may repeat */
  constructor(
    request: RunRequest,
    parts: RunParts,
    onProgress: (progress: RunProgress) => void,
    serial: number,
  ) {
    this.#serial = serial;
    this.#request = request;
    this.#parts = parts;
    this.#onProgress = onProgress;
  }

  get runId(): string {
    return this.#request.runId;
  }

  cancel(): void {
    this.#abort.abort();
  }

  turn(nodeId: string, parameter: string, value: number): Promise<TurnOutcome> {
    return this.#turns.turn({ nodeId, parameter, value });
  }

  /**
   * Waits for the run before, or until this one is cancelled, and then runs. Never rejects: a fault
   * of ours becomes a diagnostic, so that the session goes on.
   */
  async run(before: Promise<unknown>): Promise<RunResult> {
    const { signal } = this.#abort;
    await Promise.race([
      before,
      new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true })),
    ]);
    this.#startedMs = performance.now();
    try {
      return await this.#fromText();
    } catch (error) {
      return this.#without('failed', [internal(error)]);
    } finally {
      this.#turns.end();
    }
  }

  async #fromText(): Promise<RunResult> {
    const { signal } = this.#abort;
    if (signal.aborted) return this.#without('cancelled', []);
    const prepared = await prepareRecipe(this.#request, this.#parts);
    if (!('graph' in prepared)) return this.#without('failed', prepared.diagnostics);
    if (signal.aborted) return this.#without('cancelled', prepared.diagnostics, prepared.device);
    const compiled = compilePrepared(prepared, this.#request, this.#parts);
    const diagnostics = [...prepared.diagnostics, ...compiled.diagnostics];
    const { plan, graph } = compiled;
    if (!plan || !graph || hasError(diagnostics)) {
      return this.#without('failed', diagnostics, prepared.device);
    }
    // Somebody may have changed their mind while nothing could be heard.
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (signal.aborted) return this.#without('cancelled', diagnostics, prepared.device);
    const completion = completionOf(prepared.graph, plan, compiled.outputs, prepared.kept);
    const recorder = new RunRecorder(this.runId, plan, graph, completion, this.#onProgress, () =>
      this.cancel(),
    );
    return this.#toResults({ prepared, compiled: { ...compiled, plan, graph }, recorder });
  }

  async #toResults(work: Work): Promise<RunResult> {
    const { prepared, compiled, recorder } = work;
    recorder.begin(prepared.kept);
    let execution: Execution | undefined;
    try {
      const ending = await this.#onDevice(work, (ready) => {
        execution = ready;
      });
      const kept = await keepResults(this.#parts.results, prepared, compiled, {
        execution: ending.execution,
        isComplete: (nodeId) => recorder.isComplete(nodeId),
        levels: recorder.levels,
        turnedIn: this.#turns.any ? this.#serial : undefined,
      });
      return this.#result(work, kept.failure ? this.#given(kept.failure, work) : ending, kept, {
        peakBytes: execution?.allocatedBytes ?? 0,
      });
    } finally {
      execution?.destroy();
    }
  }

  /** Runs the plan. What goes wrong is how it ended. */
  async #onDevice(work: Work, onReady: (execution: Execution) => void): Promise<Ending> {
    const { prepared, compiled, recorder } = work;
    const { plan } = compiled;
    let execution: Execution | undefined;
    try {
      execution = await prepared.device.prepare(plan);
      onReady(execution);
      writeInputs(execution, plan, prepared);
      this.#turns.begin({ graph: prepared.graph, plan, execution });
      const { cancelled } = await execution.run({
        observer: recorder.observer,
        signal: this.#abort.signal,
        previewEveryMs: this.#request.previewEveryMs ?? 0,
        profile: this.#request.profile ?? false,
      });
      if (recorder.nonFinite) {
        const { nodeId, label, iteration } = recorder.nonFinite;
        const diagnostics = [messages.nonFinite(nodeId, label, iteration)];
        return { status: 'failed', diagnostics, failedNode: nodeId, execution };
      }
      return { status: cancelled ? 'cancelled' : 'done', diagnostics: [], execution };
    } catch (error) {
      if (!(error instanceof DeviceFailure)) {
        return { status: 'failed', diagnostics: [internal(error)], execution };
      }
      const ending = this.#given(error, work);
      // What was finished before memory ran out is whole; a device that fails may have failed before.
      return error.reason === 'out-of-memory' ? { ...ending, execution } : ending;
    }
  }

  /** How a run ended whose device gave up. */
  #given(failure: DeviceFailure, { prepared, compiled }: Work): Ending {
    const { device } = prepared;
    const { devices } = this.#parts;
    const { reason, origin, message } = failure;
    if (reason === 'lost') void devices.forget(device);
    const { plan } = compiled;
    const diagnostic =
      reason === 'out-of-memory'
        ? messages.outOfMemory(
            plan.peakBytes,
            undefined,
            largestBuffers(plan),
            origin,
            devices.others(device.kind),
          )
        : messages.device(origin, message);
    return { status: 'failed', diagnostics: [diagnostic], failedNode: origin };
  }

  #result(
    { prepared, compiled, recorder }: Work,
    { status, diagnostics, failedNode }: Ending,
    kept: Kept,
    { peakBytes }: { readonly peakBytes: number },
  ): RunResult {
    recorder.end(failedNode);
    const unfinished = recorder.levels.filter(({ nodeId }) => !kept.results.has(nodeId));
    const levels = [...levelsOf(kept), ...unfinished];
    const before = [...prepared.diagnostics, ...compiled.diagnostics];
    return {
      ...this.#without(status, [...before, ...diagnostics], prepared.device),
      metrics: metricsOf(kept, compiled.outputs, prepared.expected),
      seconds: { total: this.#seconds(), nodes: recorder.nodeSeconds },
      peakBytes,
      levels,
      converged: status === 'done' && levels.every((level) => level.outcome === 'converged'),
      outputs: outputHandles(prepared, kept),
      turned: this.#turns.taken((step) => recorder.iterationsOf(step)),
    };
  }

  /** The result of a run that never came to the device. */
  #without(
    status: RunResult['status'],
    diagnostics: readonly Diagnostic[],
    device?: Device,
  ): RunResult {
    return {
      status,
      diagnostics,
      device: device?.kind ?? this.#parts.devices.kindOf(this.#request.device),
      deviceName: device?.name ?? '',
      metrics: {},
      seconds: { total: this.#seconds(), nodes: {} },
      peakBytes: 0,
      levels: [],
      converged: false,
      outputs: [],
      turned: [],
    };
  }

  #seconds(): number {
    return (performance.now() - this.#startedMs) / 1000;
  }
}

function internal(error: unknown): Diagnostic {
  return messages.internal(undefined, error instanceof Error ? error.message : String(error));
}
