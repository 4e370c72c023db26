import { functionsOver } from '../simd/simd';
import { type TensorFunction, tensorFunctionNames } from '../simd/tensor-functions';

/** Places in a job block: whole numbers that the caller and its helpers share, at an address in the tensors' memory. */
export const jobPlaces = {
  /** Which lending of the threads holds; helpers of an earlier one go. */
  lending: 0,
  /** Counts jobs: what helpers sleep on. */
  generation: 1,
  /** Tasks that nobody has taken yet; none where it is not above 0. */
  open: 2,
  tasks: 3,
  done: 4,
  functionIndex: 5,
  parameters: 6,
  failed: 7,
} as const;
export const jobBlockBytes = 64;

/** How long a helper spins before it sleeps: about as long as TensorFlow.js takes from one kernel to the next. */
const spins = 20_000;
/** Milliseconds after which a sleeping helper looks again whether it still is one. */
const napMs = 1000;

/** Makes a thread of the pool a helper with tensors until they are called back. */
export interface TensorService {
  readonly memory: WebAssembly.Memory;
  readonly jobBlock: number;
  readonly lending: number;
  readonly part: number;
}

/** The functions by the numbers that jobs name them with. */
export function tensorFunctionsOver(memory: WebAssembly.Memory): readonly TensorFunction[] {
  const functions = functionsOver(memory);
  return tensorFunctionNames.map((name) => functions[name]);
}

/**
 * Takes tasks of the job that is open until none is left. A task is counted as done even where it
 * fails, so that nobody waits for it; the job is then marked as failed.
 */
export function takeTasks(
  integers: Int32Array,
  functions: readonly TensorFunction[],
  part: number,
): void {
  for (;;) {
    const left = Atomics.sub(integers, jobPlaces.open, 1);
    if (left <= 0) return;
    // Whoever holds a task keeps the job from being replaced, so the rest may be read one by one.
    const tasks = Atomics.load(integers, jobPlaces.tasks);
    try {
      const run = functions[Atomics.load(integers, jobPlaces.functionIndex)] as TensorFunction;
      run(tasks - left, part, Atomics.load(integers, jobPlaces.parameters));
    } catch {
      Atomics.store(integers, jobPlaces.failed, 1);
    }
    if (Atomics.add(integers, jobPlaces.done, 1) === tasks - 1) {
      Atomics.notify(integers, jobPlaces.done);
    }
  }
}

/** What a lent thread does: tasks of one job after another, until the lending ends. */
export function serveTensors({ memory, jobBlock, lending, part }: TensorService): void {
  const integers = new Int32Array(memory.buffer, jobBlock, jobBlockBytes / 4);
  const functions = tensorFunctionsOver(memory);
  const isOver = (): boolean => Atomics.load(integers, jobPlaces.lending) !== lending;
  while (!isOver()) {
    const generation = Atomics.load(integers, jobPlaces.generation);
    takeTasks(integers, functions, part);
    let isNew = false;
    for (let spin = 0; spin < spins && !isNew; spin += 1) {
      isNew = Atomics.load(integers, jobPlaces.generation) !== generation;
    }
    if (!isNew && !isOver()) Atomics.wait(integers, jobPlaces.generation, generation, napMs);
  }
}

/** Ends a lending: its helpers go as soon as they have done the task that they hold. */
export function endLending(memory: WebAssembly.Memory, jobBlock: number): void {
  const integers = new Int32Array(memory.buffer, jobBlock, jobBlockBytes / 4);
  Atomics.add(integers, jobPlaces.lending, 1);
  Atomics.add(integers, jobPlaces.generation, 1);
  Atomics.notify(integers, jobPlaces.generation);
}
