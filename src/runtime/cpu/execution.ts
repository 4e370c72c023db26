import { DeviceFailure, type DialMoment, type Execution, type RunOptions } from '../devices';
import { copyOf, type HeldPlane, HostPlane } from '../held-plane';
import type { BufferId } from '../ir/kernel-graph';
import type { Plan } from '../ir/plan';
import type { PlaneArray } from '../ir/values';
import { LateInputs, requireElements } from '../late-inputs';
import { bindPlan } from './bound-plan';
import { type ControlBlock, newControlBlock, RunControl, sharedWalker } from './control';
import { allocateMemory, bytesOf, type CpuMemory } from './memory';
import type { ThreadPool } from './pool';
import { ProgressReport } from './progress-report';
import { walk } from './walk';

/** Milliseconds between two looks at a running pool, and the slice of a thread that runs alone. */
const pollMs = 25;
const sliceMs = 30;

/** A plan in the CPU's memory, run by a pool of threads or, where there is none, on this thread. */
export class CpuExecution implements Execution {
  readonly allocatedBytes: number;
  readonly #plan: Plan;
  readonly #memory: CpuMemory;
  readonly #control: ControlBlock;
  readonly #run: RunControl;
  readonly #pool: ThreadPool | undefined;
  readonly #late: LateInputs<PlaneArray>;
  /** Step that runs now, or the last one. */
  #step = 0;

  /** @throws DeviceFailure where the machine has not that much memory */
  constructor(plan: Plan, pool: ThreadPool | undefined) {
    this.#plan = plan;
    this.#pool = pool;
    this.#late = new LateInputs(plan);
    const shared = pool !== undefined;
    try {
      this.#memory = allocateMemory(plan, { shared, threads: pool?.size ?? 1 });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new DeviceFailure('out-of-memory', error.message);
    }
    this.allocatedBytes = bytesOf(this.#memory);
    this.#control = newControlBlock(plan, shared);
    this.#run = new RunControl(this.#control);
  }

  write(buffer: BufferId, data: PlaneArray): void {
    requireElements(this.#plan, buffer, data);
    if (this.#late.has(buffer)) this.#late.keep(buffer, data, data.byteLength);
    else this.#memory.arrayOf(buffer).set(data);
  }

  setDial(buffer: BufferId, value: number): DialMoment {
    const index = this.#plan.dials.findIndex(
      (dial) => this.#plan.buffersOfValue.get(dial.value)?.[0] === buffer,
    );
    const { step, isFinished, iterations } = this.#run.setDial(index, value);
    const isInLoop = !isFinished && this.#plan.steps[step]?.kind === 'loop';
    // Dials are taken at the end of an iteration: the one that runs now still has the old ones.
    return isInLoop ? { step, iteration: iterations + 1 } : { step: step + 1, iteration: 0 };
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
      await (this.#pool ? this.#runOnPool(this.#pool, report) : this.#runHere(report));
    } finally {
      options.signal.removeEventListener('abort', cancel);
    }
    return { cancelled: report.cancelled };
  }

  async read(buffer: BufferId): Promise<PlaneArray> {
    return copyOf(this.#memory.arrayOf(buffer) as PlaneArray);
  }

  async take(buffer: BufferId, plane: HeldPlane): Promise<void> {
    this.write(buffer, plane instanceof HostPlane ? plane.values : await plane.read());
  }

  hold(buffer: BufferId): HeldPlane {
    return new HostPlane(this.#memory.arrayOf(buffer) as PlaneArray);
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

  #bringInputs(step: number): void {
    for (const [buffer, data] of this.#late.dueAt(step)) this.#memory.arrayOf(buffer).set(data);
  }

  async #runOnPool(pool: ThreadPool, report: ProgressReport): Promise<void> {
    let isRunning = true;
    const failure = pool
      .run(
        (part) => ({
          kind: 'run',
          plan: this.#plan,
          storage: this.#memory.storage,
          control: this.#control,
          part,
          parts: pool.size,
        }),
        () => this.#run.abandon(),
      )
      .finally(() => {
        isRunning = false;
      });
    while (isRunning) {
      const asked = this.#plan.arrivals.size > 0 ? [this.#run.inputsAsked(pollMs)] : [];
      await Promise.race([failure, pause(pollMs), ...asked]);
      const awaiting = this.#run.stepThatAsks();
      if (awaiting !== undefined) {
        this.#bringInputs(awaiting);
        this.#run.inputsBrought(awaiting);
      }
      this.#step = report.look();
    }
    const first = await failure;
    if (first) throw new DeviceFailure(first.reason, first.message, this.#runningOrigin());
  }

  #runningOrigin(): string | undefined {
    return this.#plan.steps[this.#step]?.origin;
  }

  async #runHere(report: ProgressReport): Promise<void> {
    const dials = this.#plan.dials.map(
      (dial) => (this.#plan.buffersOfValue.get(dial.value) ?? [])[0] as BufferId,
    );
    const walker = sharedWalker(
      this.#control,
      { part: 0, parts: 1 },
      (index, value) => {
        this.#memory.arrayOf(dials[index] as BufferId)[0] = value;
      },
      (step) => this.#bringInputs(step),
    );
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

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
