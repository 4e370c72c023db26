import type { DeviceKind } from './api/engine/engine-api';
import type { HeldPlane } from './held-plane';
import type { BufferId } from './ir/kernel-graph';
import type { Plan } from './ir/plan';
import type { PlaneArray } from './ir/values';

/** What a plan must fit into. */
export interface DeviceLimits {
  /** Largest single buffer, bytes. */
  readonly maxBufferBytes: number;
  /** All buffers together where the device knows it, bytes. */
  readonly maxTotalBytes?: number;
  /** Where it does not know: what all buffers together should not exceed, bytes. */
  readonly likelyTotalBytes?: number;
}

/** Why there is no such device, in a sentence for people. */
export interface DeviceMissing {
  readonly missingBecause: string;
  /** True where asking again may have another answer. */
  readonly mayComeBack?: boolean;
}

/** Opens a device of one kind. A further device is its folder and one opener in `device-openers.ts`. */
export interface DeviceOpener {
  readonly kind: DeviceKind;
  /** Expected failures are returned. */
  open(): Promise<Device | DeviceMissing>;
}

/** A machine that runs plans. All devices run the same plan. */
export interface Device {
  readonly kind: DeviceKind;
  /** For people: adapter or number of threads. */
  readonly name: string;
  readonly limits: DeviceLimits;
  /** Threads that it computes on, where it is a processor. */
  readonly threads?: number;
  /** True where it is another device in disguise, and slower: taken only where it is asked for. */
  readonly isEmulated?: boolean;
  /** True once it can run nothing any more and has to be opened anew. */
  readonly isLost?: boolean;
  /** Present where its memory can be shared with others on the same `GPUDevice`. */
  readonly webgpu?: WebGpuSharing;
  /** Begins what a run waits for, where there is such a thing. Never throws. */
  expectRun?(): void;
  /** Allocates the plan's memory and makes it ready to run. */
  prepare(plan: Plan): Promise<Execution>;
  destroy(): void;
}

/** A `GPUDevice` that others compute on as well. */
export interface WebGpuSharing {
  readonly device: GPUDevice;
  /** What must not be collected as long as the device lives. */
  readonly keepAlive: unknown;
  /** @throws DeviceFailure */
  prepare(plan: Plan): Promise<SharedExecution>;
  /**
   * The same at once, for callers that cannot wait. What goes wrong on the device meanwhile is thrown by whoever
   * waits for it next.
   * @throws DeviceFailure where something went wrong before, or a buffer is too large
   * @throws InternalError where the plan has a kernel that runs on the host
   */
  prepareNow(plan: Plan): SharedExecution;
}

/** What is reported while a plan runs. All calls come on the engine's own thread. */
export interface RunObserver {
  stepStarted?(step: number): void;
  stepFinished?(step: number, seconds: number, outcome?: LoopOutcome): void;
  /** New rows of a loop's trace, in order and without gaps. */
  losses?(step: number, firstIteration: number, rows: readonly (readonly number[])[]): void;
  /** Image of the running loop, sent at most every `previewEveryMs`. */
  preview?(step: number, image: Float32Array): void;
}

export interface LoopOutcome {
  readonly iterations: number;
  readonly outcome: 'converged' | 'cap' | 'cancelled';
}

export interface RunOptions {
  readonly observer: RunObserver;
  readonly signal: AbortSignal;
  /** 0 sends no previews. */
  readonly previewEveryMs: number;
  /** Time every pass; results through `Execution.passSeconds`. */
  readonly profile?: boolean;
}

/**
 * The step and its iteration, from 0, from which on a dial has its new value. Where the step is a
 * loop that ends before it gets there, or a program, the next step has it.
 */
export interface DialMoment {
  readonly step: number;
  readonly iteration: number;
}

/** A plan on a device with its memory. Run it once or many times; destroy it after. */
export interface Execution {
  /** Bytes that the device really allocated. */
  readonly allocatedBytes: number;
  /**
   * Sets an input's plane. Where the plan gives it memory for some steps only, the array itself is kept
   * and copied before each of them: it must stay as it is while the execution runs.
   * @throws InternalError where the array holds other elements than the buffer
   */
  write(buffer: BufferId, data: PlaneArray): void;
  /** Sets a dial; takes effect between iterations. Returns the first iteration that has the new value. */
  setDial(buffer: BufferId, value: number): DialMoment;
  /**
   * Runs all steps. Rejects with `DeviceFailure` where the device gives up; a cancelled run
   * resolves with `cancelled: true`.
   */
  run(options: RunOptions): Promise<{ readonly cancelled: boolean }>;
  read(buffer: BufferId): Promise<PlaneArray>;
  /** Sets an input's plane to what an earlier run left, on the device where it lies there; see `write`. */
  take(buffer: BufferId, plane: HeldPlane): Promise<void>;
  /** A plane of a result, which stays where it is when the execution goes. Run it no more after. */
  hold(buffer: BufferId): HeldPlane;
  /** After a profiled run: seconds by step and pass, summed over iterations. */
  passSeconds?(): readonly (readonly number[])[];
  destroy(): void;
}

/** An execution whose buffers others use, on the same device and queue. */
export interface SharedExecution extends Execution {
  /**
   * Submits all steps at once and returns without waiting: for callers that must not wait, such as
   * an op of a network that shares the device.
   * @throws InternalError where the plan has a loop, a kernel that runs on the host, or inputs that
   * come late
   */
  submit(): void;
  /** The device's own buffer of a virtual buffer. */
  gpuBuffer(buffer: BufferId): GPUBuffer;
}

/** A device that gave up: lost, out of memory, or a kernel that failed. */
export class DeviceFailure extends Error {
  override readonly name = 'DeviceFailure';
  readonly reason: 'lost' | 'out-of-memory' | 'kernel';
  /** Node on whose behalf the failing step ran, where it is known. */
  readonly origin: string | undefined;

  constructor(reason: DeviceFailure['reason'], message: string, origin?: string) {
    super(message);
    this.reason = reason;
    this.origin = origin;
  }
}
