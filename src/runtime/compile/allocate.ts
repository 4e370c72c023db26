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

/** Buffers below this share with their equals only: there is nothing to gain, and much to wait for. */
const smallestSharedBytes = 2 ** 14;

/** Memory that buffers use one after another, with the times at which it is taken, in order. */
interface OpenSlot {
  readonly bytes: number;
  readonly taken: Lifetime[];
}

/**
 * Gives every virtual buffer a slot of memory; buffers whose lifetimes do not meet share one. The
 * largest buffers come first, so that a slot is as large as its first buffer, and smaller ones go
 * where it is not needed ("greedy by size" of Pisarchyk and Lee 2020, arXiv:2001.03288). Kernels see
 * no more of a slot than their buffer: devices bind that many bytes. What outlives the plan has a
 * slot of its own size, so that nothing else is kept with it.
 * @throws InternalError where a buffer is used by nothing
 * @param options.alias false gives each buffer memory of its own, to bisect a wrong answer
 */
export function allocate(graph: KernelGraph, options: { readonly alias?: boolean } = {}): Plan {
  const bytesOf = ({ buffer }: Lifetime): number =>
    Math.max(bytesPerElement, (graph.buffers[buffer]?.elements ?? 0) * bytesPerElement);
  const lifetimes = lifetimesOf(graph);
  // Without a lifetime it would get no slot, and whoever asked for its memory another buffer's.
  if (lifetimes.length < graph.buffers.length) {
    throw new InternalError('A buffer that nothing uses cannot be given memory.');
  }
  const slots: OpenSlot[] = [];
  const slotOfBuffer: SlotId[] = new Array(graph.buffers.length);
  // Stable: buffers of one size stay in the order of their begin.
  for (const life of [...lifetimes].sort((a, b) => bytesOf(b) - bytesOf(a))) {
    const bytes = bytesOf(life);
    const isOwnSize = bytes < smallestSharedBytes || life.end === Number.POSITIVE_INFINITY;
    // From the back: the smallest slot that is large enough.
    let index = slots.length - 1;
    if (options.alias === false) index = -1;
    while (index >= 0) {
      const slot = slots[index] as OpenSlot;
      if (isOwnSize && slot.bytes > bytes) index = -1;
      else if (takes(slot, life)) break;
      else index -= 1;
    }
    if (index < 0) index = slots.push({ bytes, taken: [life] }) - 1;
    slotOfBuffer[life.buffer] = index as SlotId;
  }
  return {
    ...graph,
    slots: slots.map(({ bytes }): Slot => ({ bytes })),
    slotOfBuffer,
    peakBytes: slots.reduce((sum, slot) => sum + slot.bytes, 0),
  };
}

/** Takes a lifetime in where the slot is free all through it. */
function takes({ taken }: OpenSlot, life: Lifetime): boolean {
  let place = 0;
  for (let end = taken.length; place < end; ) {
    const middle = (place + end) >> 1;
    if ((taken[middle]?.begin ?? 0) > life.begin) end = middle;
    else place = middle + 1;
  }
  const before = taken[place - 1];
  const next = taken[place];
  if ((before && before.end >= life.begin) || (next && next.begin <= life.end)) return false;
  taken.splice(place, 0, life);
  return true;
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
