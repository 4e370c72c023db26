import type { Plan } from '../ir/plan';
import type { Verdict, Walker } from './walk';

/** Places in the shared integers. */
const cancelledAt = 0;
const arrivedAt = 1;
const generationAt = 2;
const verdictAt = 3;
const abandonedAt = 4;
const lockAt = 5;
/** Steps that have begun. */
const begunAt = 6;
/** The last step whose inputs are asked for, and the last whose inputs are in place; both from 1. */
const askedAt = 7;
const broughtAt = 8;
/** After these come the iterations of each step, and then how each step ended. */
const headerLength = 9;

/** Thrown where a thread would wait for others of which one has failed: nobody would ever come. */
export class RunAbandoned extends Error {
  override readonly name = 'RunAbandoned';
}

/** How long a thread spins before it sleeps; a few microseconds, about one short pass. */
const spins = 4000;

/** Milliseconds after which a thread that waits for inputs asks whether another failed meanwhile. */
const inputsMs = 50;

/** The engine does not wait longer for the lock: whoever holds it so long has died. */
const lockMs = 50;

/**
 * What the engine and the threads of a run share beside the plan's memory: cancellation, the barrier,
 * iterations done by step and how each step ended, times of steps, and dials waiting to take effect.
 */
export interface ControlBlock {
  readonly integers: SharedArrayBuffer | ArrayBuffer;
  /** Start and end of each step, ms since the epoch; valid once the integers say that it began or ended. */
  readonly times: SharedArrayBuffer | ArrayBuffer;
  readonly dials: SharedArrayBuffer | ArrayBuffer;
}

export function newControlBlock(plan: Plan, shared: boolean): ControlBlock {
  const make = (bytes: number) => (shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
  const block = {
    integers: make(4 * (headerLength + 2 * plan.steps.length)),
    times: make(16 * plan.steps.length),
    dials: make(4 * plan.dials.length),
  };
  const dials = new Float32Array(block.dials);
  plan.dials.forEach((dial, index) => {
    dials[index] = dial.initial;
  });
  return block;
}

/** The engine's view of a run. */
export class RunControl {
  readonly #integers: Int32Array;
  readonly #times: Float64Array;
  readonly #dials: Float32Array;

  constructor(block: ControlBlock) {
    this.#integers = new Int32Array(block.integers);
    this.#times = new Float64Array(block.times);
    this.#dials = new Float32Array(block.dials);
  }

  cancel(): void {
    Atomics.store(this.#integers, cancelledAt, 1);
  }

  /** Lets all threads that wait for each other go, each with `RunAbandoned`: one of them failed. */
  abandon(): void {
    Atomics.store(this.#integers, abandonedAt, 1);
    Atomics.add(this.#integers, generationAt, 1);
    Atomics.notify(this.#integers, generationAt);
  }

  /** The step whose inputs the threads wait for; undefined where they wait for none. */
  stepThatAsks(): number | undefined {
    const asked = Atomics.load(this.#integers, askedAt);
    return asked > Atomics.load(this.#integers, broughtAt) ? asked - 1 : undefined;
  }

  /** Lets the threads go on into a step: its inputs are in place. */
  inputsBrought(step: number): void {
    Atomics.store(this.#integers, broughtAt, step + 1);
    Atomics.notify(this.#integers, broughtAt);
  }

  /** Resolves once threads wait for inputs, or after `ms`, or never where this cannot be told. */
  async inputsAsked(ms: number): Promise<void> {
    const { waitAsync } = Atomics as unknown as { readonly waitAsync?: WaitAsync };
    if (!waitAsync) return new Promise(() => undefined);
    const asked = Atomics.load(this.#integers, askedAt);
    if (this.stepThatAsks() === undefined)
      await waitAsync(this.#integers, askedAt, asked, ms).value;
  }

  reset(): void {
    this.#integers.fill(0);
    this.#times.fill(0);
  }

  /**
   * Sets a dial, to be taken at the next boundary between iterations or steps.
   * @returns the step that runs, -1 before the first, and its iterations that are finished: the
   * threads cannot pass a boundary in between
   */
  setDial(
    index: number,
    value: number,
  ): { readonly step: number; readonly isFinished: boolean; readonly iterations: number } {
    const isLocked = lock(this.#integers, performance.now() + lockMs);
    this.#dials[index] = value;
    const step = Atomics.load(this.#integers, begunAt) - 1;
    const at = {
      step,
      isFinished: step >= 0 && this.isFinished(step),
      iterations: step >= 0 ? this.iterations(step) : 0,
    };
    if (isLocked) unlock(this.#integers);
    return at;
  }

  iterations(step: number): number {
    return Atomics.load(this.#integers, headerLength + step);
  }

  hasBegun(step: number): boolean {
    return Atomics.load(this.#integers, begunAt) > step;
  }

  isFinished(step: number): boolean {
    return Atomics.load(this.#integers, endPlace(this.#integers, step)) > 0;
  }

  /** What a finished step ended with. */
  verdict(step: number): Verdict {
    return (Atomics.load(this.#integers, endPlace(this.#integers, step)) - 1) as Verdict;
  }

  /** Milliseconds since the epoch, of a step that has begun. */
  startedMs(step: number): number {
    return this.#times[2 * step] ?? 0;
  }

  /** Milliseconds since the epoch, of a finished step. */
  finishedMs(step: number): number {
    return this.#times[2 * step + 1] ?? 0;
  }
}

/** `Atomics.waitAsync`, which not every browser has. */
type WaitAsync = (
  integers: Int32Array,
  place: number,
  expected: number,
  ms: number,
) => { readonly value: unknown };

/**
 * The walker of one thread among several that share a control block; alone where `parts` is 1.
 * @param bringInputs puts the inputs of a step in place; left out, the engine is asked to
 */
export function sharedWalker(
  block: ControlBlock,
  share: { readonly part: number; readonly parts: number },
  writeDial: (index: number, value: number) => void,
  bringInputs: (step: number) => void = (step) =>
    askForInputs(new Int32Array(block.integers), step),
): Walker {
  const integers = new Int32Array(block.integers);
  const times = new Float64Array(block.times);
  const dials = new Float32Array(block.dials);
  const now = (): number => performance.timeOrigin + performance.now();
  const wait = (): void => {
    if (share.parts > 1) waitForAll(integers, share.parts);
  };
  return {
    share,
    wait,
    isCancelled: () => Atomics.load(integers, cancelledAt) === 1,
    awaitInputs(step) {
      // Nobody reads them any more.
      if (Atomics.load(integers, cancelledAt) === 0) bringInputs(step);
    },
    takeDials() {
      for (let index = 0; index < dials.length; index += 1)
        writeDial(index, dials[index] as number);
    },
    // Times are no atomics: they are written first, and read once the integer after them is there.
    stepStarted: (step) => {
      times[2 * step] = now();
      Atomics.store(integers, begunAt, step + 1);
    },
    stepFinished: (step, verdict) => {
      times[2 * step + 1] = now();
      Atomics.store(integers, endPlace(integers, step), verdict + 1);
    },
    iterationsFinished: (step, count) => {
      Atomics.store(integers, headerLength + step, count);
    },
    agree(decision) {
      if (share.part === 0) {
        // A dial that is turned meanwhile is turned before the boundary or after it, as a whole.
        lock(integers);
        try {
          Atomics.store(integers, verdictAt, decision());
        } finally {
          unlock(integers);
        }
      }
      wait();
      return Atomics.load(integers, verdictAt) as Verdict;
    },
  };
}

/** @throws RunAbandoned where another thread failed */
function askForInputs(integers: Int32Array, step: number): void {
  Atomics.store(integers, askedAt, step + 1);
  Atomics.notify(integers, askedAt);
  for (;;) {
    const brought = Atomics.load(integers, broughtAt);
    if (brought === step + 1) return;
    if (Atomics.load(integers, abandonedAt) === 1) throw new RunAbandoned();
    Atomics.wait(integers, broughtAt, brought, inputsMs);
  }
}

function endPlace(integers: Int32Array, step: number): number {
  return headerLength + (integers.length - headerLength) / 2 + step;
}

/** Held for less than a microsecond, between the engine and the first thread. */
function lock(integers: Int32Array, deadlineMs = Number.POSITIVE_INFINITY): boolean {
  while (Atomics.compareExchange(integers, lockAt, 0, 1) !== 0) {
    if (performance.now() > deadlineMs) return false;
  }
  return true;
}

function unlock(integers: Int32Array): void {
  Atomics.store(integers, lockAt, 0);
}

/**
 * A barrier: spins a little, since passes are short, then sleeps, since cores may be busy.
 * @throws RunAbandoned where another thread failed
 */
function waitForAll(integers: Int32Array, parts: number): void {
  const generation = Atomics.load(integers, generationAt);
  if (Atomics.add(integers, arrivedAt, 1) === parts - 1) {
    Atomics.store(integers, arrivedAt, 0);
    Atomics.add(integers, generationAt, 1);
    Atomics.notify(integers, generationAt);
  } else {
    let isOpen = false;
    for (let spin = 0; spin < spins && !isOpen; spin += 1) {
      isOpen = Atomics.load(integers, generationAt) !== generation;
    }
    while (!isOpen) {
      // Asked before each sleep: the failure may have come between the arrival and the sleep.
      if (Atomics.load(integers, abandonedAt) === 1) break;
      Atomics.wait(integers, generationAt, generation);
      isOpen = Atomics.load(integers, generationAt) !== generation;
    }
  }
  if (Atomics.load(integers, abandonedAt) === 1) throw new RunAbandoned();
}
