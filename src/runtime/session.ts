import { gzipHere } from '../imaging/nifti/write-nifti';
import type { CheckpointStore } from './api/engine/checkpoint-store';
import type { Diagnostic } from './api/engine/diagnostics';
import type {
  CompileRequest,
  CompileResult,
  DeviceChoice,
  EngineApi,
  EngineDescription,
  OpenInputRequest,
  OpenInputResult,
  ReadRequest,
  ReadResult,
  RunProgress,
  RunRequest,
  RunResult,
  TurnOutcome,
} from './api/engine/engine-api';
import type { Gzip } from './api/engine/file-writers/file-writer';
import { messages } from './api/engine/messages';
import type { NodeRegistry } from './api/nodes/define-node';
import type { DeviceOpener } from './devices';
import { checkpointsInMemory } from './networks/training/checkpoint';
import { SessionDevices } from './session/devices-of-session';
import type { Gunzip } from './session/inputs/expand-aside';
import { type BundledFiles, InputStore } from './session/inputs/input-store';
import { LastPlan } from './session/last-plan';
import { summarizePlan } from './session/plan-summary';
import { compilePrepared, prepareRecipe } from './session/prepare-recipe';
import { readInput, readResult } from './session/read-data';
import { resultPlace } from './session/results/result-handles';
import { ResultStore } from './session/results/result-store';
import type { RunParts } from './session/run/plan-run';
import { RecipeRun } from './session/run/recipe-run';
import { stagesOf } from './session/run/stages';

export interface SessionParts {
  readonly registry: NodeRegistry;
  /** In the order in which they are taken where nobody chose one. */
  readonly devices: readonly DeviceOpener[];
  /** Check what every phase leaves; on in tests. */
  readonly verify?: boolean;
  /**
   * Bytes of results of earlier runs that are kept, where their device left them; those of the last
   * run always are. 1 GiB unless told.
   */
  readonly maxResultBytes?: number;
  /** Where trainings leave what they are taken up from; with the session unless told. */
  readonly checkpoints?: CheckpointStore;
  /** How files are compressed; on this thread unless told. */
  readonly gzip?: Gzip;
  /** How files are decompressed beside this thread; left out, they are on it. */
  readonly gunzip?: Gunzip;
  /** The files that come with Weft; none where left out. */
  readonly bundled?: BundledFiles;
}

/** A session also ends; only its root may end it. */
export interface Session extends EngineApi {
  /** Begins what a run on that device waits for, while its data is opened. */
  expectRun(device: DeviceChoice): void;
  destroy(): Promise<void>;
}

/** The engine: opens inputs, compiles and runs recipes, keeps results for the next run. */
export function createSession(parts: SessionParts): Session {
  return new EngineSession(parts);
}

/** No method rejects: across threads an error keeps only its message, and no node. */
class EngineSession implements Session {
  readonly #parts: RunParts;
  readonly #gzip: Gzip;
  readonly #runs = new Set<RecipeRun>();
  #runCount = 0;
  /** Ends when the runs before end: a device runs one plan at a time. */
  #lastRun: Promise<unknown> = Promise.resolve();

  constructor({
    registry,
    devices,
    verify = false,
    maxResultBytes = 2 ** 30,
    checkpoints = checkpointsInMemory(),
    gzip = gzipHere,
    gunzip,
    bundled,
  }: SessionParts) {
    this.#gzip = gzip;
    this.#parts = {
      registry,
      verify,
      inputs: new InputStore(gunzip, bundled),
      devices: new SessionDevices(devices),
      results: new ResultStore(maxResultBytes),
      checkpoints,
      lastPlan: new LastPlan(),
    };
  }

  async describe(): Promise<EngineDescription> {
    return this.#parts.devices.describe();
  }

  async openInput(request: OpenInputRequest): Promise<OpenInputResult> {
    return guarded(
      () => this.#parts.inputs.open(request),
      (fault) => ({ ok: false, diagnostics: [fault] }),
      request.nodeId,
    );
  }

  expectRun(device: DeviceChoice): void {
    void this.#parts.devices.choose(device).then((chosen) => {
      if (!('missingBecause' in chosen)) chosen.expectRun?.();
    });
  }

  async compile(request: CompileRequest): Promise<CompileResult> {
    return guarded(
      async () => {
        // Compiled whole, whatever earlier runs have left.
        const { results: _, ...parts } = this.#parts;
        const prepared = await prepareRecipe(request, parts);
        if (!('graph' in prepared)) return { diagnostics: prepared.diagnostics };
        const startedMs = performance.now();
        // What follows a node that computes by itself is not known before it has.
        const [stage] = stagesOf(prepared.graph, () => false);
        const compiled = compilePrepared({ ...prepared, ...stage }, request, parts);
        const compileMs = performance.now() - startedMs;
        const { plan } = compiled;
        const printed = prepared.printed ?? compiled.printed;
        return {
          diagnostics: [...prepared.diagnostics, ...compiled.diagnostics],
          ...(plan ? { plan: summarizePlan(plan, prepared.device.kind, compileMs) } : {}),
          ...(printed === undefined ? {} : { printed }),
        };
      },
      (fault) => ({ diagnostics: [fault] }),
    );
  }

  async run(request: RunRequest, onProgress: (progress: RunProgress) => void): Promise<RunResult> {
    this.#runCount += 1;
    const run = new RecipeRun(request, this.#parts, onProgress, this.#runCount);
    this.#runs.add(run);
    const before = this.#lastRun;
    const result = run.run(before);
    // A run that is cancelled while it waits ends before those that it waits for.
    this.#lastRun = Promise.all([before, result]);
    try {
      return await result;
    } finally {
      this.#runs.delete(run);
    }
  }

  async cancel(runId: string): Promise<void> {
    for (const run of this.#withId(runId)) run.cancel();
  }

  async turn(
    runId: string,
    nodeId: string,
    parameter: string,
    value: number,
  ): Promise<TurnOutcome> {
    const run = this.#withId(runId)[0];
    const fault = messages.notTurned({ nodeId, parameter }, 'no such recipe is running');
    return run?.turn(nodeId, parameter, value) ?? { ok: false, diagnostics: [fault] };
  }

  async read(request: ReadRequest): Promise<ReadResult> {
    return guarded<ReadResult>(
      async () => {
        const input = this.#parts.inputs.get(request.handle);
        if (input) return await readInput(input, request, this.#gzip);
        const place = resultPlace(request.handle);
        const result = place && this.#parts.results.get(place.key);
        if (result) return await readResult(result, place.port, request, this.#gzip);
        return { kind: 'missing', diagnostics: [] };
      },
      (fault) => ({ kind: 'missing', diagnostics: [fault] }),
    );
  }

  async release(handles: readonly string[]): Promise<void> {
    for (const handle of handles) {
      this.#parts.inputs.release(handle);
      this.#parts.results.delete(resultPlace(handle)?.key ?? '');
    }
  }

  async destroy(): Promise<void> {
    for (const run of this.#runs) run.cancel();
    this.#parts.inputs.close();
    // A run that hears of it settles; threads that are ended under it would leave it waiting.
    await this.#lastRun;
    this.#parts.results.clear();
    await this.#parts.devices.destroy();
  }

  /** Runs of that name, in the order in which they were asked for. */
  #withId(runId: string): readonly RecipeRun[] {
    return [...this.#runs].filter((run) => run.runId === runId);
  }
}

/** Does `work`; a fault of ours becomes a diagnostic, so that the session goes on. */
async function guarded<Result>(
  work: () => Promise<Result>,
  failed: (fault: Diagnostic) => Result,
  nodeId?: string,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    return failed(
      messages.internal(nodeId, error instanceof Error ? error.message : String(error)),
    );
  }
}
