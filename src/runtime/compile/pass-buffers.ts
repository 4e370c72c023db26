import { InternalError } from '../internal-error';
import type { BufferId, Pass, Work } from '../ir/kernel-graph';
import { isRepeat, mapPasses } from '../ir/repeats';
import { isOptional, type KernelDefinition, planeCountOf } from '../ops/define-kernel';

/** Buffers by the name of the binding that takes them. */
export type NamedBuffers = Readonly<Record<string, BufferId | readonly BufferId[] | undefined>>;

/**
 * A kernel over its buffers, in the order of its bindings.
 * @throws InternalError where a binding does not get as many planes as it takes
 */
export function passOf(
  // biome-ignore lint/suspicious/noExplicitAny: kernels are contravariant in their bindings.
  kernel: KernelDefinition<any, any>,
  buffers: NamedBuffers,
  parameters: Pass['parameters'],
  origin: string,
): Pass {
  const flat: (BufferId | null)[] = [];
  for (const [name, spec] of Object.entries(kernel.bindings as KernelDefinition['bindings'])) {
    const given = buffers[name];
    const list = given === undefined ? [] : typeof given === 'number' ? [given] : given;
    const planes = planeCountOf(spec);
    if (list.length === 0 && isOptional(spec)) {
      for (let plane = 0; plane < planes; plane += 1) flat.push(null);
      continue;
    }
    if (list.length !== planes) {
      throw new InternalError(
        `${kernel.name}: "${name}" takes ${planes} planes, not ${list.length}.`,
      );
    }
    flat.push(...list);
  }
  const { formula } = kernel;
  return {
    kernel: kernel.name,
    ...(formula ? { formula } : {}),
    buffers: flat,
    parameters,
    origin,
  };
}

/** Whether all of `source` is first touched after the last pass that touches any of `target`. */
export function isBornAfter(
  works: readonly Work[],
  source: readonly BufferId[],
  target: readonly BufferId[],
): boolean {
  // What is repeated counts as one: within it the next time comes after the last pass.
  const touches = (buffers: readonly BufferId[]) => (work: Work) => touchesAny(work, buffers);
  const firstOfSource = works.findIndex(touches(source));
  // In the very pass that writes source, target may still be read: then both must stay apart.
  return firstOfSource >= 0 && works.findLastIndex(touches(target)) < firstOfSource;
}

function touchesAny(work: Work, buffers: readonly BufferId[]): boolean {
  if (isRepeat(work)) return work.passes.some((inner) => touchesAny(inner, buffers));
  return buffers.some((buffer) => work.buffers.includes(buffer));
}

/** The passes with `target` wherever `source` was. */
export function withBuffer(
  works: readonly Work[],
  source: BufferId,
  target: BufferId,
): readonly Work[] {
  return mapPasses(works, (pass) =>
    pass.buffers.includes(source)
      ? { ...pass, buffers: pass.buffers.map((one) => (one === source ? target : one)) }
      : pass,
  );
}
