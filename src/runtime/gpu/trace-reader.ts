import type { LoopStep } from '../ir/kernel-graph';
import { decisionEvery } from '../stop-rule';
import type { DeviceWatch } from './device-watch';
import { mapForRead, type PlanMemory, usage } from './plan-memory';

/** Rows of the trace on their way from the device. */
interface Arrival {
  readonly first: number;
  readonly count: number;
  readonly staging: GPUBuffer;
  readonly mapped: Promise<undefined>;
  readonly submittedMs: number;
}

/**
 * Brings a loop's losses over without stalling the queue: each submit ends with a copy of its rows
 * into a small buffer, which is mapped whenever the device gets there.
 */
export class TraceReader {
  /** Rows that have arrived. */
  arrived = 0;
  /** From the newest submit that came back; undefined before the first. */
  secondsPerIteration: number | undefined;
  readonly #device: GPUDevice;
  readonly #memory: PlanMemory;
  readonly #watch: DeviceWatch;
  readonly #step: LoopStep;
  /** All rows that have arrived. */
  readonly #trace: Float32Array;
  readonly #onRows: (first: number, rows: readonly (readonly number[])[]) => void;
  readonly #free: GPUBuffer[] = [];
  readonly #underWay: Arrival[] = [];
  #lastArrivalMs = 0;

  constructor(
    device: GPUDevice,
    memory: PlanMemory,
    watch: DeviceWatch,
    step: LoopStep,
    onRows: (first: number, rows: readonly (readonly number[])[]) => void,
  ) {
    this.#device = device;
    this.#memory = memory;
    this.#watch = watch;
    this.#step = step;
    this.#onRows = onRows;
    this.#trace = new Float32Array(step.stop.maxIterations * step.columns);
  }

  /** Submits whose rows have not arrived. */
  get underWay(): number {
    return this.#underWay.length;
  }

  /** What was recorded in a column of an iteration whose row has arrived. */
  at(iteration: number, column: number): number {
    return this.#trace[iteration * this.#step.columns + column] as number;
  }

  /**
   * Records the copy of `count` rows from `first`; call the function that it returns once that is
   * submitted.
   */
  record(encoder: GPUCommandEncoder, first: number, count: number): () => void {
    const rowBytes = 4 * this.#step.columns;
    const staging = this.#free.pop() ?? this.#newStaging();
    const trace = this.#memory.bindingOf(this.#step.trace).buffer;
    if (rowBytes > 0) {
      encoder.copyBufferToBuffer(trace, first * rowBytes, staging, 0, count * rowBytes);
    }
    return () => {
      const mapped = staging.mapAsync(mapForRead, 0, Math.max(4, count * rowBytes));
      // Whoever waits for it meets the failure; nobody may be waiting when it comes.
      mapped.catch(() => undefined);
      this.#underWay.push({ first, count, staging, mapped, submittedMs: performance.now() });
    };
  }

  /** Waits for the oldest submit that is under way and passes its rows on. */
  async next(): Promise<void> {
    const arrival = this.#underWay[0];
    if (!arrival) return;
    await this.#watch.wait(arrival.mapped);
    this.#underWay.shift();
    const { columns, lossNames } = this.#step;
    const values = new Float32Array(
      arrival.staging.getMappedRange(0, 4 * Math.max(1, arrival.count * columns)).slice(0),
    );
    arrival.staging.unmap();
    this.#free.push(arrival.staging);
    const rows: number[][] = [];
    this.#trace.set(values.subarray(0, arrival.count * columns), arrival.first * columns);
    for (let i = 0; i < arrival.count; i += 1) {
      rows.push(Array.from(values.subarray(i * columns, i * columns + lossNames.length)));
    }
    this.arrived = arrival.first + arrival.count;
    const now = performance.now();
    const beganMs = Math.max(arrival.submittedMs, this.#lastArrivalMs);
    this.secondsPerIteration = (now - beganMs) / 1000 / arrival.count;
    this.#lastArrivalMs = now;
    if (lossNames.length > 0) this.#onRows(arrival.first, rows);
  }

  /** Waits for everything under way. */
  async drain(): Promise<void> {
    while (this.#underWay.length > 0) await this.next();
  }

  destroy(): void {
    for (const staging of this.#free) staging.destroy();
    for (const { staging } of this.#underWay) staging.destroy();
  }

  #newStaging(): GPUBuffer {
    return this.#device.createBuffer({
      size: Math.max(4, 4 * decisionEvery * this.#step.columns),
      usage: usage.mapRead | usage.copyTarget,
      label: `${this.#step.origin}/losses`,
    });
  }
}
