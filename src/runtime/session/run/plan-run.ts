import type { CheckpointStore } from '../../api/engine/checkpoint-store';
import type { Diagnostic } from '../../api/engine/diagnostics';
import type { RunProgress, RunRequest, RunResult } from '../../api/engine/engine-api';
import { messages } from '../../api/engine/messages';
import type { Compiled } from '../../compile/compile';
import { largestBuffers } from '../../compile/memory-problems';
import { failedCheck } from '../../compile/result-checks';
import { type ToldWarning, toldWarnings } from '../../compile/result-warnings';
import { DeviceFailure, type Execution } from '../../devices';
import { InternalError } from '../../internal-error';
import type { OpGraph } from '../../ir/op-graph';
import type { Plan } from '../../ir/plan';
import type { PlaneArray, ValueId } from '../../ir/values';
import { compilePrepared, hasError, type PreparationParts, type Prepared } from '../prepare-recipe';
import type { ResultStore, StoredResult } from '../results/result-store';
import type { DialTurns } from './dial-turns';
import { type Kept, keepResults } from './keep-results';
import { completionOf } from './node-completion';
import { RunRecorder } from './run-recorder';
import { emptyResult, withoutRepeats } from './run-result';
import { levelsOf, metricsOf, outputHandles, warningsOf } from './tell-results';
import { writeInputs } from './write-inputs';

export interface RunParts extends PreparationParts {
  readonly results: ResultStore;
  /** Where a training that is interrupted is taken up from. */
  readonly checkpoints: CheckpointStore;
}

/** How the work on the device ended. */
interface Ending {
  readonly status: RunResult['status'];
  readonly diagnostics: readonly Diagnostic[];
  readonly failedNode?: string | undefined;
  /** What speaks against results that are there. */
  readonly warnings?: readonly ToldWarning[];
  /** Where finished results can be read; undefined where they are lost or not to be trusted. */
  readonly execution?: Execution | undefined;
}

/** A graph that compiles, on the device that it was compiled for. */
interface Work {
  readonly compiled: Compiled & { readonly plan: Plan; readonly graph: OpGraph };
  readonly recorder: RunRecorder;
}

/** How a plan ended, and what it left. */
export interface PlanOutcome {
  readonly result: RunResult;
  /** Absent where it never came to the device. */
  readonly kept?: Kept;
}

export interface PlanRunParts {
  readonly session: RunParts;
  readonly request: RunRequest;
  /** Tells the run apart from all others of the session. */
  readonly serial: number;
  readonly abort: AbortController;
  readonly turns: DialTurns;
  readonly startedMs: number;
  /** Is told of each result that the run makes. */
  onHeld(result: StoredResult): void;
  /** Nodes whose results an earlier run left. */
  readonly cached: { has(nodeId: string): boolean };
  /** Nodes that an earlier stage of the run has finished, and told of. */
  isTold(nodeId: string): boolean;
  onProgress(progress: RunProgress): void;
}

/** Compiles one graph and runs its plan, from inputs to kept results. */
export async function runPlan(prepared: Prepared, parts: PlanRunParts): Promise<PlanOutcome> {
  return new PlanRun(prepared, parts).run();
}

class PlanRun {
  readonly #prepared: Prepared;
  readonly #parts: PlanRunParts;

  constructor(prepared: Prepared, parts: PlanRunParts) {
    this.#prepared = prepared;
    this.#parts = parts;
  }

  async run(): Promise<PlanOutcome> {
    const prepared = this.#prepared;
    const { request, session, abort, onProgress } = this.#parts;
    const compiled = compilePrepared(prepared, request, session);
    const diagnostics = [...prepared.diagnostics, ...compiled.diagnostics];
    const { plan, graph } = compiled;
    if (!plan || !graph || hasError(diagnostics)) return this.#without('failed', diagnostics);
    // Somebody may have changed their mind while nothing could be heard.
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (abort.signal.aborted) return this.#without('cancelled', diagnostics);
    const completion = completionOf(prepared.graph, plan, compiled.outputs, prepared.kept);
    const { kind } = this.#prepared.device;
    const recorder = new RunRecorder(request.runId, plan, kind, graph, completion, onProgress, () =>
      abort.abort(),
    );
    return this.#toResults({ compiled: { ...compiled, plan, graph }, recorder });
  }

  async #toResults(work: Work): Promise<PlanOutcome> {
    const { compiled, recorder } = work;
    const prepared = this.#prepared;
    const { session, turns, serial, cached, isTold } = this.#parts;
    recorder.begin(cached, isTold);
    let execution: Execution | undefined;
    try {
      const ending = await this.#onDevice(work, (ready) => {
        execution = ready;
      });
      const kept = await keepResults(session.results, prepared, compiled, {
        execution: ending.execution,
        isComplete: (nodeId) => recorder.isComplete(nodeId),
        onHeld: this.#parts.onHeld,
        levels: recorder.levels,
        warnings: ending.warnings ?? [],
        turnedIn: turns.any ? serial : undefined,
      });
      const result = this.#result(
        work,
        kept.failure ? this.#given(kept.failure, work) : ending,
        kept,
        execution?.allocatedBytes ?? 0,
      );
      return { result, kept };
    } finally {
      execution?.destroy();
    }
  }

  /** Runs the plan. What goes wrong is how it ended. */
  async #onDevice(work: Work, onReady: (execution: Execution) => void): Promise<Ending> {
    const { compiled, recorder } = work;
    const prepared = this.#prepared;
    const { request, turns, abort } = this.#parts;
    const { plan } = compiled;
    let execution: Execution | undefined;
    try {
      this.#makeRoom(plan);
      execution = await prepared.device.prepare(plan);
      onReady(execution);
      await writeInputs(execution, plan, prepared);
      turns.begin({ graph: prepared.graph, plan, execution });
      const { cancelled } = await execution.run({
        observer: recorder.observer,
        signal: abort.signal,
        previewEveryMs: request.previewEveryMs ?? 0,
        profile: request.profile ?? false,
      });
      const fault = await this.#faultIn(work, execution);
      // What is found again is not checked again: the node's results and later ones are not kept.
      if (fault?.at.nodeId !== undefined) recorder.doubt(fault.at.nodeId);
      const left = { execution, warnings: await this.#doubtsOf(work, execution) };
      if (recorder.nonFinite) {
        const { nodeId, label, iteration } = recorder.nonFinite;
        const diagnostics = [messages.nonFinite(nodeId, label, iteration)];
        return { status: 'failed', diagnostics, failedNode: nodeId, ...left };
      }
      if (fault && !cancelled) {
        const failedNode = fault.at.nodeId;
        return { status: 'failed', diagnostics: [fault], failedNode, ...left };
      }
      return { status: cancelled ? 'cancelled' : 'done', diagnostics: [], ...left };
    } catch (error) {
      if (!(error instanceof DeviceFailure)) {
        return { status: 'failed', diagnostics: [internal(error)], execution };
      }
      const ending = this.#given(error, work);
      // What was finished before memory ran out is whole; a device that fails may have failed before.
      return error.reason === 'out-of-memory' ? { ...ending, execution } : ending;
    }
  }

  /** Earlier results go where they and the plan would not fit the device together. */
  #makeRoom({ peakBytes }: Plan): void {
    const { maxTotalBytes, likelyTotalBytes } = this.#prepared.device.limits;
    const available = maxTotalBytes ?? likelyTotalBytes;
    if (available !== undefined) this.#parts.session.results.makeRoom(available - peakBytes);
  }

  /** What is wrong with numbers of complete nodes that only the run could show. */
  async #faultIn(
    { compiled, recorder }: Work,
    execution: Execution,
  ): Promise<Diagnostic | undefined> {
    const made = compiled.checks.filter(({ nodeId }) => recorder.isComplete(nodeId));
    return failedCheck(made, (value) => readScalars(compiled.plan, execution, value));
  }

  /** What speaks against results of complete nodes. */
  async #doubtsOf(
    { compiled, recorder }: Work,
    execution: Execution,
  ): Promise<readonly ToldWarning[]> {
    const made = compiled.warnings.filter(({ nodeId }) => recorder.isComplete(nodeId));
    return toldWarnings(
      made,
      (value) => readScalars(compiled.plan, execution, value),
      (nodeId) => recorder.descentsOf(nodeId),
    );
  }

  /** How a run ended whose device gave up. */
  #given(failure: DeviceFailure, { compiled }: Work): Ending {
    const { device } = this.#prepared;
    const { devices } = this.#parts.session;
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
    { compiled, recorder }: Work,
    { status, diagnostics, failedNode, warnings = [] }: Ending,
    kept: Kept,
    peakBytes: number,
  ): RunResult {
    const prepared = this.#prepared;
    recorder.end(failedNode);
    const unfinished = recorder.levels.filter(({ nodeId }) => !kept.results.has(nodeId));
    const levels = [...levelsOf(kept), ...unfinished];
    const warned = warningsOf(prepared, kept, warnings);
    const before = [...prepared.diagnostics, ...compiled.diagnostics];
    return {
      ...this.#without(status, withoutRepeats([...before, ...warned, ...diagnostics])).result,
      metrics: metricsOf(prepared, kept, compiled.outputs, prepared.expected),
      seconds: {
        total: (performance.now() - this.#parts.startedMs) / 1000,
        nodes: recorder.nodeSeconds,
      },
      peakBytes,
      levels,
      converged: status === 'done' && levels.every((level) => level.outcome === 'converged'),
      outputs: outputHandles(prepared, kept),
      turned: this.#parts.turns.taken((step) => recorder.iterationsOf(step)),
    };
  }

  #without(status: RunResult['status'], diagnostics: readonly Diagnostic[]): PlanOutcome {
    const { kind, name } = this.#prepared.device;
    const { startedMs } = this.#parts;
    return {
      result: emptyResult({ device: kind, deviceName: name, startedMs }, status, diagnostics),
    };
  }
}

async function readScalars(
  { buffersOfValue }: Plan,
  execution: Execution,
  value: ValueId,
): Promise<PlaneArray> {
  const [buffer] = buffersOfValue.get(value) ?? [];
  if (buffer === undefined) throw new InternalError('A value that is checked has no buffer.');
  return execution.read(buffer);
}

function internal(error: unknown): Diagnostic {
  return messages.internal(undefined, error instanceof Error ? error.message : String(error));
}
