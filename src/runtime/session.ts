import type { NodeRegistry } from './api/define-node';
import type { Diagnostic } from './api/diagnostics';
import type {
  CompileRequest,
  CompileResult,
  EngineApi,
  ReadRequest,
  ReadResult,
  RunProgress,
  RunRequest,
  RunResult,
} from './api/engine-api';
import { messages } from './api/messages';
import { type Compiled, compile } from './compile/compile';
import { type Device, DeviceFailure, type Execution } from './devices';
import type { Plan } from './ir/plan';
import { type DeviceParts, SessionDevices } from './session/devices-of-session';
import { InputStore } from './session/input-store';
import {
  keepResults,
  levelsOf,
  metricsOf,
  outputHandles,
  writeInputs,
} from './session/keep-results';
import { summarizePlan } from './session/plan-summary';
import {
  hasError,
  type PreparationParts,
  type Prepared,
  prepareRecipe,
} from './session/prepare-recipe';
import { readInput, readResult } from './session/read-result';
import { ResultStore } from './session/result-store';
import { RunRecorder } from './session/run-progress';

export interface SessionParts extends DeviceParts {
  readonly registry: NodeRegistry;
  /** Check what every phase leaves; on in tests. */
  readonly verify?: boolean;
  /** Bytes of results that are kept for the next run. */
  readonly maxResultBytes?: number;
}

/** A session also ends; only its root may end it. */
export interface Session extends EngineApi {
  destroy(): Promise<void>;
}

interface ActiveRun {
  readonly abort: AbortController;
  readonly turned: RunResult['turned'][number][];
  execution?: Execution;
  plan?: Plan;
  recorder?: RunRecorder;
}

/** The engine: opens inputs, compiles and runs recipes, keeps results for the next run. */
export function createSession(parts: SessionParts): Session {
  return new EngineSession(parts);
}

class EngineSession implements Session {
  readonly #parts: PreparationParts;
  readonly #verify: boolean;
  readonly #results: ResultStore;
  readonly #runs = new Map<string, ActiveRun>();
  /** Ends when the run before ends: a device runs one plan at a time. */
  #lastRun: Promise<unknown> = Promise.resolve();

  constructor(parts: SessionParts) {
    this.#parts = {
      registry: parts.registry,
      inputs: new InputStore(),
      devices: new SessionDevices(parts),
    };
    this.#verify = parts.verify ?? false;
    this.#results = new ResultStore(parts.maxResultBytes ?? 2 ** 30);
  }

  async describe(): ReturnType<EngineApi['describe']> {
    const gpu = await this.#parts.devices.gpu();
    const cpu = this.#parts.devices.cpu();
    const missing = 'missingBecause' in gpu;
    return {
      devices: [
        ...(missing ? [] : [{ kind: gpu.kind, name: gpu.name }]),
        { kind: cpu.kind, name: cpu.name },
      ],
      ...(missing ? { gpuMissingBecause: gpu.missingBecause } : {}),
      threads: this.#parts.devices.threads,
    };
  }

  async openInput(request: Parameters<EngineApi['openInput']>[0]) {
    return this.#parts.inputs.open(request);
  }

  async compile(request: CompileRequest): Promise<CompileResult> {
    return guarded(
      async () => {
        const prepared = await prepareRecipe(request, this.#parts);
        if (!('graph' in prepared)) return { diagnostics: prepared.diagnostics };
        const startedMs = performance.now();
        const compiled = this.#compile(prepared, request);
        const compileMs = performance.now() - startedMs;
        const { plan } = compiled;
        const printed = prepared.printed ?? compiled.printed;
        return {
          diagnostics: [...prepared.diagnostics, ...compiled.diagnostics],
          ...(plan ? { plan: summarizePlan(plan, prepared.device.kind, compileMs) } : {}),
          ...(printed === undefined ? {} : { printed }),
        };
      },
      (diagnostic) => ({ diagnostics: [diagnostic] }),
    );
  }

  async run(request: RunRequest, onProgress: (progress: RunProgress) => void): Promise<RunResult> {
    const active: ActiveRun = { abort: new AbortController(), turned: [] };
    this.#runs.set(request.runId, active);
    const run = this.#lastRun.then(() => this.#runAlone(request, active, onProgress));
    this.#lastRun = run;
    return run;
  }

  async cancel(runId: string): Promise<void> {
    this.#runs.get(runId)?.abort.abort();
  }

  async turn(runId: string, nodeId: string, parameter: string, value: number): Promise<void> {
    const active = this.#runs.get(runId);
    const dial = active?.plan?.dials.find(
      (candidate) => candidate.nodeId === nodeId && candidate.parameter === parameter,
    );
    const buffer = dial && active?.plan?.buffersOfValue.get(dial.value)?.[0];
    if (!active?.execution || buffer === undefined || !Number.isFinite(value)) return;
    const atIteration = active.execution.setDial(buffer, value).iteration;
    active.turned.push({
      nodeId,
      parameter,
      value,
      label: active.recorder?.runningLabel ?? '',
      atIteration,
    });
  }

  async read(request: ReadRequest): Promise<ReadResult> {
    const input = this.#parts.inputs.get(request.handle);
    if (input) return readInput(input, request);
    const [, key = '', port = ''] = request.handle.split(':');
    const result = this.#results.get(key);
    if (result) return readResult(result, port, request);
    return { kind: 'missing', diagnostics: [] };
  }

  async release(handles: readonly string[]): Promise<void> {
    for (const handle of handles) {
      this.#parts.inputs.release(handle);
      this.#results.delete(handle.split(':')[1] ?? '');
    }
  }

  async destroy(): Promise<void> {
    for (const run of this.#runs.values()) run.abort.abort();
    // A run that hears of it settles; threads that are ended under it would leave it waiting.
    await this.#lastRun;
    await this.#parts.devices.destroy();
  }

  async #runAlone(
    request: RunRequest,
    active: ActiveRun,
    onProgress: (progress: RunProgress) => void,
  ): Promise<RunResult> {
    const startedMs = performance.now();
    try {
      return await guarded(
        () => this.#run(request, active, onProgress, startedMs),
        (diagnostic) => unsuccessful([diagnostic], startedMs),
      );
    } finally {
      active.execution?.destroy();
      this.#runs.delete(request.runId);
    }
  }

  async #run(
    request: RunRequest,
    active: ActiveRun,
    onProgress: (progress: RunProgress) => void,
    startedMs: number,
  ): Promise<RunResult> {
    const prepared = await prepareRecipe(request, { ...this.#parts, results: this.#results });
    if (!('graph' in prepared)) return unsuccessful(prepared.diagnostics, startedMs);
    const { device, graph, kept } = prepared;
    const compiled = this.#compile(prepared, request);
    const diagnostics = [...prepared.diagnostics, ...compiled.diagnostics];
    if (!compiled.plan || !compiled.graph || hasError(diagnostics)) {
      return unsuccessful(diagnostics, startedMs, device);
    }
    const { plan } = compiled;
    const recorder = new RunRecorder(request.runId, plan, compiled.graph, onProgress, () =>
      active.abort.abort(),
    );
    active.recorder = recorder;
    const working = new Set(plan.steps.map((step) => step.origin));
    recorder.mark(
      graph.nodes.filter(({ id }) => working.has(id)).map(({ id }) => id),
      'waiting',
    );
    recorder.mark(kept.keys(), 'cached');
    recorder.mark(
      graph.nodes.filter(({ id }) => !working.has(id) && !kept.has(id)).map(({ id }) => id),
      'done',
    );
    recorder.flush();
    const outcome = (status: RunResult['status'], more: readonly Diagnostic[] = []): RunResult => ({
      ...unsuccessful([...diagnostics, ...more], startedMs, device),
      status,
      seconds: { total: secondsSince(startedMs), nodes: recorder.nodeSeconds },
      peakBytes: active.execution?.allocatedBytes ?? 0,
      levels: recorder.levels,
      turned: active.turned,
    });
    try {
      const execution = await device.prepare(plan);
      active.execution = execution;
      active.plan = plan;
      writeInputs(execution, plan, prepared);
      const { cancelled } = await execution.run({
        observer: recorder.observer,
        signal: active.abort.signal,
        previewEveryMs: request.previewEveryMs ?? 0,
        profile: request.profile ?? false,
      });
      if (recorder.nonFinite) {
        const { nodeId, label, iteration } = recorder.nonFinite;
        recorder.mark([nodeId], 'failed');
        recorder.flush();
        return outcome('failed', [messages.nonFinite(nodeId, label, iteration)]);
      }
      if (cancelled) {
        recorder.flush();
        return outcome('cancelled');
      }
      const results = await keepResults(
        this.#results,
        prepared,
        compiled,
        execution,
        recorder.levels,
        active.turned.length > 0 ? request.runId : undefined,
      );
      recorder.flush();
      const levels = levelsOf(results);
      return {
        ...outcome('done'),
        metrics: metricsOf(results),
        levels,
        converged: levels.every((level) => level.outcome === 'converged'),
        outputs: outputHandles(prepared, results),
      };
    } catch (error) {
      if (!(error instanceof DeviceFailure)) throw error;
      if (error.reason !== 'out-of-memory') this.#parts.devices.forget(device.kind);
      if (error.origin !== undefined) recorder.mark([error.origin], 'failed');
      recorder.flush();
      return outcome('failed', [messages.device(error.origin, error.message)]);
    }
  }

  #compile(prepared: Prepared, request: CompileRequest): Compiled {
    const descriptors = new Map(
      [...prepared.inputs].map(([nodeId, input]) => [nodeId, input.descriptor]),
    );
    return compile(prepared.graph, {
      descriptors,
      kept: prepared.kept,
      limits: prepared.device.limits,
      verify: this.#verify,
      ...(request.printAfter ? { printAfter: request.printAfter } : {}),
    });
  }
}

/** Runs `work`; a fault of ours becomes a diagnostic, so that the session goes on. */
async function guarded<Result>(
  work: () => Promise<Result>,
  failed: (diagnostic: Diagnostic) => Result,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    return failed(
      messages.internal(undefined, error instanceof Error ? error.message : String(error)),
    );
  }
}

function unsuccessful(
  diagnostics: readonly Diagnostic[],
  startedMs: number,
  device?: Device,
): RunResult {
  return {
    status: 'failed',
    diagnostics,
    device: device?.kind ?? 'cpu',
    deviceName: device?.name ?? '',
    metrics: {},
    seconds: { total: secondsSince(startedMs), nodes: {} },
    peakBytes: 0,
    levels: [],
    converged: false,
    outputs: [],
    turned: [],
  };
}

function secondsSince(startedMs: number): number {
  return (performance.now() - startedMs) / 1000;
}
