import {
  type Device,
  DeviceFailure,
  type Execution,
  type LoopOutcome,
  type RunObserver,
  type RunOptions,
} from '../devices';
import type { BufferId } from '../ir/kernel-graph';
import type { Plan } from '../ir/plan';
import { bindPlan } from './bound-plan';
import { type ControlBlock, newControlBlock, RunControl, sharedWalker } from './control';
import { allocateMemory, bytesOf, type CpuMemory } from './memory';
import type { PoolThread } from './pool-worker';
import { verdicts, walk } from './walk';

export interface CpuDeviceOptions {
  /** Threads to use; 1 where memory cannot be shared. */
  readonly threads: number;
  /** Starts a pool thread; left out, everything runs on the calling thread in slices. */
  readonly spawnThread?: () => PoolThread;
  /** Memory that plans may use, bytes. */
  readonly maxTotalBytes?: number;
}

/** Milliseconds between two looks at a running pool, and the slice of a thread that runs alone. */
const pollMs = 25;
const sliceMs = 30;

/** The CPU device: runs plans by plain loops, on a pool of threads where memory can be shared. */
export function createCpuDevice(options: CpuDeviceOptions): Device {
  const { spawnThread } = options;
  const threads = spawnThread ? Math.max(1, options.threads) : 1;
  const pool: PoolThread[] = [];
  return {
    kind: 'cpu',
    name: threads === 1 ? 'CPU, 1 thread' : `CPU, ${threads} threads`,
    limits: {
      maxBufferBytes: 2 ** 31,
      ...(options.maxTotalBytes === undefined ? {} : { maxTotalBytes: options.maxTotalBytes }),
    },
    async prepare(plan) {
      while (spawnThread && threads > 1 && pool.length < threads) pool.push(spawnThread());
      return new CpuExecution(plan, threads > 1 ? pool : []);
    },
    destroy() {
      for (const thread of pool) thread.terminate();
      pool.length = 0;
    },
  };
}

class CpuExecution implements Execution {
  readonly allocatedBytes: number;
  readonly #plan: Plan;
  readonly #memory: CpuMemory;
  readonly #control: ControlBlock;
  readonly #run: RunControl;
  readonly #pool: readonly PoolThread[];
  /** Step that runs now, or the last one. */
  #step = 0;

  constructor(plan: Plan, pool: readonly PoolThread[]) {
    this.#plan = plan;
    this.#pool = pool;
    const shared = pool.length > 0;
    try {
      this.#memory = allocateMemory(plan, { shared });
    } catch (error) {
      throw new DeviceFailure('out-of-memory', error instanceof Error ? error.message : '');
    }
    this.allocatedBytes = bytesOf(this.#memory);
    this.#control = newControlBlock(plan, shared);
    this.#run = new RunControl(this.#control);
  }

  write(buffer: BufferId, data: Float32Array): void {
    this.#memory.arrayOf(buffer).set(data);
  }

  setDial(buffer: BufferId, value: number): number {
    const index = this.#plan.dials.findIndex(
      (dial) => this.#plan.buffersOfValue.get(dial.value)?.[0] === buffer,
    );
    if (index >= 0) this.#run.setDial(index, value);
    return this.#firstIterationWithNewDials();
  }

  async run(options: RunOptions): Promise<{ readonly cancelled: boolean }> {
    this.#run.reset();
    this.#step = 0;
    this.#writeConstants();
    const cancel = (): void => this.#run.cancel();
    if (options.signal.aborted) cancel();
    options.signal.addEventListener('abort', cancel);
    const report = new ProgressReport(this.#plan, this.#memory, this.#run, options);
    try {
      await (this.#pool.length > 0 ? this.#runOnPool(report) : this.#runHere(report));
    } finally {
      options.signal.removeEventListener('abort', cancel);
    }
    return { cancelled: report.cancelled };
  }

  async read(buffer: BufferId): Promise<Float32Array> {
    // Copied: what is read may cross to another thread, and shared memory cannot be transferred.
    return Float32Array.from(this.#memory.arrayOf(buffer) as Float32Array);
  }

  destroy(): void {
    // Memory goes with the last reference to it.
  }

  /** Constants may share memory with what comes after their last use, so every run sets them anew. */
  #writeConstants(): void {
    for (const { value, numbers } of this.#plan.constants) {
      for (const buffer of this.#plan.buffersOfValue.get(value) ?? []) {
        this.#memory.arrayOf(buffer).set(numbers);
      }
    }
  }

  /** Dials are taken at the end of an iteration, so the one that runs now still has the old ones. */
  #firstIterationWithNewDials(): number {
    let step = this.#step;
    while (this.#run.finishedMs(step) > 0) step += 1;
    const runsLoop = this.#plan.steps[step]?.kind === 'loop' && this.#run.startedMs(step) > 0;
    return runsLoop ? this.#run.iterations(step) + 1 : 0;
  }

  async #runOnPool(report: ProgressReport): Promise<void> {
    let isRunning = true;
    const failure = Promise.all(this.#pool.map((thread, part) => this.#start(thread, part))).then(
      (failures) => {
        isRunning = false;
        return failures.find((one) => one !== undefined);
      },
    );
    while (isRunning) {
      await Promise.race([failure, pause(pollMs)]);
      this.#step = report.look();
    }
    const first = await failure;
    if (first) throw new DeviceFailure(first.reason, first.message, this.#runningOrigin());
  }

  /** Runs one thread's part; what it failed with, or undefined. Never rejects. */
  #start(thread: PoolThread, part: number): Promise<DeviceFailure | undefined> {
    return new Promise((resolve) => {
      thread.onMessage((message) => {
        if (message.kind === 'finished') resolve(undefined);
        if (message.kind === 'failed') resolve(new DeviceFailure('kernel', message.message));
      });
      thread.onFailure((reason) => {
        this.#run.abandon();
        resolve(new DeviceFailure('lost', reason));
      });
      thread.post({
        kind: 'run',
        plan: this.#plan,
        blocks: this.#memory.blocks as readonly SharedArrayBuffer[],
        control: this.#control,
        part,
        parts: this.#pool.length,
      });
    });
  }

  #runningOrigin(): string | undefined {
    return this.#plan.steps[this.#step]?.origin;
  }

  async #runHere(report: ProgressReport): Promise<void> {
    const dials = this.#plan.dials.map(
      (dial) => (this.#plan.buffersOfValue.get(dial.value) ?? [])[0] as BufferId,
    );
    const walker = sharedWalker(this.#control, { part: 0, parts: 1 }, (index, value) => {
      this.#memory.arrayOf(dials[index] as BufferId)[0] = value;
    });
    const walking = walk(bindPlan(this.#plan, this.#memory), walker);
    let sliceEnd = performance.now() + sliceMs;
    while (!this.#next(walking, report)) {
      if (performance.now() < sliceEnd) continue;
      this.#step = report.look();
      await pause(0);
      sliceEnd = performance.now() + sliceMs;
    }
    this.#step = report.look();
  }

  /**
   * Runs the next pass; true once there is none.
   * @throws DeviceFailure where a kernel throws
   */
  #next(walking: ReturnType<typeof walk>, report: ProgressReport): boolean {
    try {
      return walking.next().done === true;
    } catch (error) {
      this.#step = report.look();
      const reason = error instanceof Error ? error.message : String(error);
      throw new DeviceFailure('kernel', reason, this.#runningOrigin());
    }
  }
}

/** Turns what the threads leave in shared memory into calls of an observer. */
class ProgressReport {
  cancelled = false;
  readonly #plan: Plan;
  readonly #memory: CpuMemory;
  readonly #run: RunControl;
  readonly #observer: RunObserver;
  readonly #previewEveryMs: number;
  #step = 0;
  #stepStarted = false;
  #iterations = 0;
  #previewAt = 0;

  constructor(plan: Plan, memory: CpuMemory, run: RunControl, options: RunOptions) {
    this.#plan = plan;
    this.#memory = memory;
    this.#run = run;
    this.#observer = options.observer;
    this.#previewEveryMs = options.previewEveryMs;
  }

  /** Reports everything new; returns the step that runs now. */
  look(): number {
    while (this.#step < this.#plan.steps.length) {
      const step = this.#step;
      const finishedMs = this.#run.finishedMs(step);
      if (this.#run.startedMs(step) === 0) break;
      if (!this.#stepStarted) {
        this.#stepStarted = true;
        this.#observer.stepStarted?.(step);
      }
      this.#reportLosses(step);
      if (finishedMs === 0) {
        this.#reportPreview(step);
        break;
      }
      const outcome = this.#outcome(step);
      // A program that was the last step is complete, whether or not somebody wished to stop it.
      const isComplete = outcome === undefined && step + 1 === this.#plan.steps.length;
      this.cancelled = this.#run.verdict(step) === verdicts.cancelled && !isComplete;
      this.#observer.stepFinished?.(step, (finishedMs - this.#run.startedMs(step)) / 1000, outcome);
      this.#step += 1;
      this.#stepStarted = false;
      this.#iterations = 0;
    }
    return this.#step;
  }

  #reportLosses(index: number): void {
    const step = this.#plan.steps[index];
    if (step?.kind !== 'loop') return;
    const iterations = this.#run.iterations(index);
    if (iterations <= this.#iterations) return;
    const columns = step.lossNames.length;
    const trace = this.#memory.arrayOf(step.trace);
    const rows: number[][] = [];
    for (let i = this.#iterations; i < iterations; i += 1) {
      rows.push(Array.from(trace.subarray(i * columns, (i + 1) * columns)));
    }
    this.#observer.losses?.(index, this.#iterations, rows);
    this.#iterations = iterations;
  }

  #reportPreview(index: number): void {
    const step = this.#plan.steps[index];
    if (step?.kind !== 'loop' || !step.preview || this.#previewEveryMs <= 0) return;
    if (performance.now() < this.#previewAt || this.#run.iterations(index) === 0) return;
    this.#previewAt = performance.now() + this.#previewEveryMs;
    // The threads write on meanwhile; a torn picture does no harm.
    const image = this.#memory.arrayOf(step.preview.buffer) as Float32Array;
    this.#observer.preview?.(index, Float32Array.from(image));
  }

  #outcome(index: number): LoopOutcome | undefined {
    const step = this.#plan.steps[index];
    if (step?.kind !== 'loop') return undefined;
    const iterations = this.#run.iterations(index);
    switch (this.#run.verdict(index)) {
      case verdicts.converged:
        return { iterations, outcome: 'converged' };
      case verdicts.cap:
        return { iterations, outcome: 'cap' };
      default:
        return { iterations, outcome: 'cancelled' };
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
