import {
  endLending,
  jobBlockBytes,
  jobPlaces,
  takeTasks,
  tensorFunctionsOver,
} from '../../cpu/tensor-jobs';
import { DeviceFailure, type ThreadsForTensors } from '../../devices';
import {
  type TensorFunction,
  type TensorFunctionName,
  tensorFunctionNames,
} from '../../simd/tensor-functions';
import type { TensorMemory } from './tensor-memory';

/** Numbers that a job may have. */
const parameterCount = 48;
const spins = 20_000;
const napMs = 50;
/** A task takes milliseconds: a helper that holds one for so long has died. */
const patienceMs = 60_000;

/** A function over tensors, cut into tasks. */
export interface TensorJob {
  readonly run: TensorFunctionName;
  readonly tasks: number;
  /** Whole numbers, addresses among them, in the order that the function names. */
  readonly parameters: readonly number[];
  /** Numbers that are no whole ones, by place. */
  readonly floats?: Readonly<Record<number, number>>;
  /** True where waking others would take longer than the work. */
  readonly isSmall?: boolean;
}

/** The caller's thread and those that help it: runs jobs over the tensors' memory and waits for their ends. */
export class Team {
  readonly threads: number;
  readonly #memory: TensorMemory;
  readonly #sharing: ThreadsForTensors | undefined;
  readonly #functions: readonly TensorFunction[];
  readonly #jobBlock: number;
  readonly #parameters: number;
  #isLent: () => boolean = () => false;

  /** @param sharing threads to be helped by; they need the memory to be shared */
  constructor(memory: TensorMemory, sharing: ThreadsForTensors | undefined) {
    this.#memory = memory;
    this.#sharing = sharing;
    this.threads = sharing?.threads ?? 1;
    this.#jobBlock = memory.allocate(jobBlockBytes);
    this.#parameters = memory.allocate(4 * parameterCount);
    this.#integers().fill(0);
    this.#functions = tensorFunctionsOver(memory.memory);
  }

  /** Asks for the helpers, so that they stand ready. */
  gather(): void {
    if (!this.#sharing || this.#isLent()) return;
    const lending = Atomics.load(this.#integers(), jobPlaces.lending);
    this.#isLent = this.#sharing.lend({
      memory: this.#memory.memory,
      jobBlock: this.#jobBlock,
      lending,
    });
  }

  /**
   * Runs a job to its end. Who does which task is left to chance, what comes out is not.
   * @throws DeviceFailure where a function fails or a helper has died
   */
  run({ run, tasks, parameters, floats = {}, isSmall = false }: TensorJob): void {
    this.#memory.wholes(this.#parameters, parameterCount).set(parameters);
    const reals = this.#memory.floats(this.#parameters, parameterCount);
    for (const [place, value] of Object.entries(floats)) reals[Number(place)] = value;
    const index = tensorFunctionNames.indexOf(run);
    if (!this.#sharing || isSmall || tasks < 2) {
      const work = this.#functions[index] as TensorFunction;
      for (let task = 0; task < tasks; task += 1) work(task, 0, this.#parameters);
      return;
    }
    this.gather();
    const integers = this.#integers();
    Atomics.store(integers, jobPlaces.functionIndex, index);
    Atomics.store(integers, jobPlaces.parameters, this.#parameters);
    Atomics.store(integers, jobPlaces.tasks, tasks);
    Atomics.store(integers, jobPlaces.done, 0);
    Atomics.store(integers, jobPlaces.failed, 0);
    // Last, since a helper that is late for the job before may take a task at once.
    Atomics.store(integers, jobPlaces.open, tasks);
    Atomics.add(integers, jobPlaces.generation, 1);
    Atomics.notify(integers, jobPlaces.generation);
    takeTasks(integers, this.#functions, 0);
    this.#waitForOthers(integers, tasks);
    if (Atomics.load(integers, jobPlaces.failed) === 1) {
      throw new DeviceFailure('kernel', `The tensor function "${run}" failed.`);
    }
  }

  /** Lets the helpers go. */
  disband(): void {
    if (this.#sharing) endLending(this.#memory.memory, this.#jobBlock);
    this.#isLent = () => false;
  }

  #waitForOthers(integers: Int32Array, tasks: number): void {
    for (let spin = 0; spin < spins; spin += 1) {
      if (Atomics.load(integers, jobPlaces.done) === tasks) return;
    }
    let seen = -1;
    let since = 0;
    for (;;) {
      const done = Atomics.load(integers, jobPlaces.done);
      if (done === tasks) return;
      if (done !== seen) {
        seen = done;
        since = performance.now();
      } else if (performance.now() - since > patienceMs) {
        throw new DeviceFailure('lost', 'A thread that helped with tensors has ended.');
      }
      Atomics.wait(integers, jobPlaces.done, done, napMs);
    }
  }

  #integers(): Int32Array {
    return this.#memory.wholes(this.#jobBlock, jobBlockBytes / 4);
  }
}
