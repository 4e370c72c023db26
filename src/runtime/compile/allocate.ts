import { InternalError } from '../internal-error';
import type { BufferId, KernelGraph, Work } from '../ir/kernel-graph';
import type { Plan, Slot, SlotId } from '../ir/plan';
import { isRepeat, passesIn } from '../ir/repeats';

/** First and last moment at which a buffer holds something that is still needed. */
interface Lifetime {
  readonly buffer: BufferId;
  readonly begin: number;
  readonly end: number;
}

const bytesPerElement = 4;

/**
 * Gives every virtual buffer a slot of memory; buffers whose lifetimes do not meet share one.
 * @throws InternalError where a buffer is used by nothing
 * @param options.alias false gives each buffer memory of its own, to bisect a wrong answer
 */
export function allocate(graph: KernelGraph, options: { readonly alias?: boolean } = {}): Plan {
  const slots: { bytes: number; freeFrom: number }[] = [];
  const slotOfBuffer: SlotId[] = new Array(graph.buffers.length);
  const lifetimes = lifetimesOf(graph);
  // Without a lifetime it would get no slot, and whoever asked for its memory another buffer's.
  if (lifetimes.length < graph.buffers.length) {
    throw new InternalError('A buffer that nothing uses cannot be given memory.');
  }
  for (const { buffer, begin, end } of lifetimes) {
    const bytes = Math.max(
      bytesPerElement,
      (graph.buffers[buffer]?.elements ?? 0) * bytesPerElement,
    );
    // Equal sizes only: a larger slot would be bound past the buffer's end, and kernels rely on it.
    const free =
      options.alias === false
        ? -1
        : slots.findIndex((slot) => slot.bytes === bytes && slot.freeFrom <= begin);
    const index = free >= 0 ? free : slots.push({ bytes, freeFrom: 0 }) - 1;
    const slot = slots[index];
    if (!slot) throw new InternalError('A slot is missing.');
    slot.freeFrom = end + 1;
    slotOfBuffer[buffer] = index as SlotId;
  }
  const finished: Slot[] = slots.map(({ bytes }) => ({ bytes }));
  return {
    ...graph,
    slots: finished,
    slotOfBuffer,
    peakBytes: finished.reduce((sum, slot) => sum + slot.bytes, 0),
  };
}

/**
 * Lifetimes in pass numbers, in order of their begin. A loop runs many times: whatever was there
 * before it and is used in it lives through all of it, and so does what it carries and shows. The same
 * holds for what is repeated within it, of what was there before the repetition.
 */
export function lifetimesOf(graph: KernelGraph): readonly Lifetime[] {
  const begin = new Map<BufferId, number>();
  const end = new Map<BufferId, number>();
  const extend = (buffer: BufferId, from: number, to: number): void => {
    begin.set(buffer, Math.min(begin.get(buffer) ?? from, from));
    end.set(buffer, Math.max(end.get(buffer) ?? to, to));
  };
  // Before the steps: what the caller gives is there before any loop that uses it.
  graph.buffers.forEach((buffer, id) => {
    if (buffer.role === 'input' || buffer.role === 'dial' || buffer.role === 'constant') {
      extend(id as BufferId, 0, buffer.role === 'dial' ? Number.POSITIVE_INFINITY : 0);
    }
  });
  const holdThrough = ({ works, from, to }: Repeated): void => {
    for (const { buffers } of passesIn(works)) {
      for (const buffer of buffers) {
        if (buffer !== null && (begin.get(buffer) ?? 0) < from) extend(buffer, from, to);
      }
    }
  };
  let now = 1;
  for (const step of graph.steps) {
    const stepBegin = now;
    for (const pass of passesIn(step.passes)) {
      for (const buffer of pass.buffers) if (buffer !== null) extend(buffer, now, now);
      now += 1;
    }
    const stepEnd = now - 1;
    for (const repeated of repeatedIn(step.passes, stepBegin)) holdThrough(repeated);
    if (step.kind === 'loop') {
      holdThrough({ works: step.passes, from: stepBegin, to: stepEnd });
      if (step.preview) extend(step.preview.buffer, stepBegin, stepEnd);
      extend(step.trace, stepBegin, Number.POSITIVE_INFINITY);
    }
  }
  for (const value of graph.results) {
    for (const buffer of graph.buffersOfValue.get(value) ?? []) {
      extend(buffer, begin.get(buffer) ?? 0, Number.POSITIVE_INFINITY);
    }
  }
  return [...begin.entries()]
    .map(([buffer, from]) => ({ buffer, begin: from, end: end.get(buffer) ?? from }))
    .sort((a, b) => a.begin - b.begin || a.buffer - b.buffer);
}

/** Works that are run several times, and the numbers of their first and last pass. */
interface Repeated {
  readonly works: readonly Work[];
  readonly from: number;
  readonly to: number;
}

/** Every repetition in a list of works, those within others included. */
function repeatedIn(works: readonly Work[], first: number): readonly Repeated[] {
  const found: Repeated[] = [];
  let now = first;
  for (const work of works) {
    if (!isRepeat(work)) {
      now += 1;
      continue;
    }
    const length = passesIn(work.passes).length;
    found.push({ works: work.passes, from: now, to: now + length - 1 });
    found.push(...repeatedIn(work.passes, now));
    now += length;
  }
  return found;
}
