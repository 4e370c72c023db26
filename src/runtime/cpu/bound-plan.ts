import { InternalError } from '../internal-error';
import type { BufferId, LoopStep, Pass, Work } from '../ir/kernel-graph';
import type { Plan } from '../ir/plan';
import { isRepeat, mapPasses, passesIn } from '../ir/repeats';
import {
  accessOf,
  type BindingSpec,
  type BoundBuffers,
  isOptional,
  type KernelDefinition,
  planeCountOf,
  type Share,
} from '../ops/define-kernel';
import { type KernelRegistry, kernelOf, kernelRegistry } from '../ops/kernels';
import type { CpuArray, CpuMemory } from './memory';

/** A pass with its kernel looked up and its arrays at hand. */
export interface BoundPass {
  /** Its place among the passes of its step. */
  readonly place: number;
  /** Whether the pass before must be finished by all threads first. */
  readonly waitsForOthers: boolean;
  run(share: Share): void;
}

export interface BoundStep {
  readonly passes: readonly Work<BoundPass>[];
  /** Whether inputs are put in place before it. */
  readonly awaitsInputs: boolean;
  /** Where the step is a loop: its rule, and its trace as the kernels write it. */
  readonly loop?: { readonly step: LoopStep; readonly trace: CpuArray };
}

/** Looks up every kernel and array of a plan once, so that running it looks up nothing. */
export function bindPlan(
  plan: Plan,
  memory: CpuMemory,
  kernels: KernelRegistry = kernelRegistry,
): readonly BoundStep[] {
  const awaited = new Set([...plan.arrivals.values()].flat());
  return plan.steps.map((step, index) => {
    const awaitsInputs = awaited.has(index);
    const found = new Map(passesIn(step.passes).map((pass) => [pass, kernelOf(pass, kernels)]));
    const waits = waitsOf(plan, step.passes, (pass) => found.get(pass));
    const passes = mapPasses(step.passes, (pass, place) => ({
      place,
      ...bindPass(pass, memory, found.get(pass), waits[place] ?? true),
    }));
    return step.kind === 'loop'
      ? { passes, awaitsInputs, loop: { step, trace: memory.arrayOf(step.trace) } }
      : { passes, awaitsInputs };
  });
}

function bindPass(
  pass: Pass,
  memory: CpuMemory,
  kernel: KernelDefinition | undefined,
  waitsForOthers: boolean,
): Omit<BoundPass, 'place'> {
  if (!kernel) throw new InternalError(`There is no kernel "${pass.kernel}".`);
  const bound: Record<string, CpuArray | readonly CpuArray[] | undefined> = {};
  let place = 0;
  for (const [name, spec] of Object.entries(kernel.bindings) as [string, BindingSpec][]) {
    const planes = planeCountOf(spec);
    const given = pass.buffers.slice(place, place + planes);
    place += planes;
    if (isOptional(spec) && given[0] === null) {
      bound[name] = undefined;
      continue;
    }
    const arrays = given.map((buffer) => memory.arrayOf(buffer as BufferId));
    bound[name] = planes === 1 ? arrays[0] : arrays;
  }
  const buffers = bound as unknown as BoundBuffers<Record<string, BindingSpec>>;
  const parameters = pass.parameters as Readonly<Record<string, number>>;
  const alone = kernel.sharedAmongThreads === false;
  const cpu = (memory.wasm && kernel.inWasmMemory?.(memory.wasm)) ?? kernel.cpu;
  return {
    waitsForOthers,
    run(share) {
      if (alone && share.part !== 0) return;
      cpu(buffers, parameters, share, memory.simd);
    },
  };
}

/**
 * For each pass, whether it touches memory that a pass since the last common wait writes, or writes
 * memory that one reads. Passes that do not may start while other threads still finish theirs. The first
 * pass of what is repeated always waits: it follows what came before, and also the last pass of the
 * time before.
 */
export function waitsOf(
  plan: Plan,
  works: readonly Work[],
  kernelOfPass = (pass: Pass): KernelDefinition | undefined => kernelOf(pass, kernelRegistry),
): readonly boolean[] {
  let read = new Set<number>();
  let written = new Set<number>();
  let onlyFirstThread = true;
  const waitsOfPass = (pass: Pass, isFirst: boolean): boolean => {
    const kernel = kernelOfPass(pass);
    const reads: number[] = [];
    const writes: number[] = [];
    let place = 0;
    for (const spec of Object.values(kernel?.bindings ?? {})) {
      for (let plane = 0; plane < planeCountOf(spec); plane += 1, place += 1) {
        const buffer = pass.buffers[place];
        if (buffer === null || buffer === undefined) continue;
        const slot = plan.slotOfBuffer[buffer] as number;
        if (accessOf(spec) === 'read') reads.push(slot);
        else writes.push(slot);
      }
    }
    const alone = kernel?.sharedAmongThreads === false;
    const conflict =
      reads.some((slot) => written.has(slot)) ||
      writes.some((slot) => written.has(slot) || read.has(slot));
    // One thread after itself needs no wait.
    const waits = isFirst || (conflict && !(alone && onlyFirstThread));
    if (waits) {
      read = new Set();
      written = new Set();
      onlyFirstThread = true;
    }
    onlyFirstThread &&= alone;
    for (const slot of reads) read.add(slot);
    for (const slot of writes) written.add(slot);
    return waits;
  };
  const visit = (list: readonly Work[]): readonly boolean[] =>
    list.flatMap((work, index) =>
      isRepeat(work) ? visit(work.passes) : [waitsOfPass(work, index === 0)],
    );
  return visit(works);
}
