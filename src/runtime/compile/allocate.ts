import { InternalError } from '../internal-error';
import { type BufferId, type KernelGraph, type Work, wholeOf } from '../ir/kernel-graph';
import type { Plan, Slot, SlotId } from '../ir/plan';
import { isRepeat, passesIn } from '../ir/repeats';

/** First and last moment at which a buffer holds something that is still needed; late inputs have several. */
interface Lifetime {
  readonly buffer: BufferId;
  readonly begin: number;
  readonly end: number;
}

const bytesPerElement = 4;

/** Buffers below this share with their equals only: there is nothing to gain, and much to wait for. */
const smallestSharedBytes = 2 ** 14;

export interface AllocateOptions {
  /** False gives each buffer memory of its own, to bisect a wrong answer. */
  readonly alias?: boolean;
  /**
   * Inputs of at least so many bytes have memory only around the steps that read them. Left out, all
   * have it from the beginning: whoever runs the plan without an `Execution` writes them before it.
   */
  readonly lateInputBytes?: number;
}

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
 */
export function allocate(graph: KernelGraph, options: AllocateOptions = {}): Plan {
  const bytesOf = (buffer: BufferId): number =>
    Math.max(bytesPerElement, (graph.buffers[buffer]?.elements ?? 0) * bytesPerElement);
  const { lateInputBytes = Number.POSITIVE_INFINITY } = options;
  const arrivals = arrivalsOf(graph, (buffer) => bytesOf(buffer) >= lateInputBytes);
  const lifetimes = new Map<BufferId, Lifetime[]>();
  for (const life of lifetimesOf(graph, arrivals)) {
    lifetimes.set(life.buffer, [...(lifetimes.get(life.buffer) ?? []), life]);
  }
  // Without a lifetime it would get no slot, and whoever asked for its memory another buffer's.
  if (graph.buffers.some((_, id) => !lifetimes.has(wholeOf(graph.buffers, id as BufferId)))) {
    throw new InternalError('A buffer that nothing uses cannot be given memory.');
  }
  const slots: OpenSlot[] = [];
  const slotOfBuffer: SlotId[] = new Array(graph.buffers.length);
  // Stable: buffers of one size stay in the order of their begin.
  for (const [buffer, lives] of [...lifetimes].sort(([a], [b]) => bytesOf(b) - bytesOf(a))) {
    const bytes = bytesOf(buffer);
    const isOwnSize =
      bytes < smallestSharedBytes || lives.some(({ end }) => end === Number.POSITIVE_INFINITY);
    // From the back: the smallest slot that is large enough.
    let index = slots.length - 1;
    if (options.alias === false) index = -1;
    while (index >= 0) {
      const slot = slots[index] as OpenSlot;
      if (isOwnSize && slot.bytes > bytes) index = -1;
      else if (takes(slot, lives)) break;
      else index -= 1;
    }
    if (index < 0) index = slots.push({ bytes, taken: [...lives] }) - 1;
    slotOfBuffer[buffer] = index as SlotId;
  }
  graph.buffers.forEach(({ within }, id) => {
    if (within) slotOfBuffer[id] = slotOfBuffer[within.whole] as SlotId;
  });
  return {
    ...graph,
    slots: slots.map(({ bytes }): Slot => ({ bytes })),
    slotOfBuffer,
    arrivals,
    peakBytes: slots.reduce((sum, slot) => sum + slot.bytes, 0),
  };
}

/** Takes a buffer's lifetimes in where the slot is free all through them. */
function takes({ taken }: OpenSlot, lives: readonly Lifetime[]): boolean {
  if (!lives.every((life) => freePlace(taken, life) !== undefined)) return false;
  for (const life of lives) taken.splice(freePlace(taken, life) ?? 0, 0, life);
  return true;
}

/** Where a lifetime would stand among those that a slot has taken; undefined where it meets one. */
function freePlace(taken: readonly Lifetime[], life: Lifetime): number | undefined {
  let place = 0;
  for (let end = taken.length; place < end; ) {
    const middle = (place + end) >> 1;
    if ((taken[middle]?.begin ?? 0) > life.begin) end = middle;
    else place = middle + 1;
  }
  const before = taken[place - 1];
  const next = taken[place];
  if ((before && before.end >= life.begin) || (next && next.begin <= life.end)) return undefined;
  return place;
}

/**
 * Lifetimes in pass numbers, in order of their begin. A loop runs many times: whatever was there
 * before it and is used in it lives through all of it, and so does what it carries and shows. The same
 * holds for what is repeated within it, of what was there before the repetition. Planes that lie together live
 * and die together.
 * @param arrivals steps before which inputs are written: they live from there on to their last reader
 * before the next arrival
 */
export function lifetimesOf(
  graph: KernelGraph,
  arrivals: Plan['arrivals'] = new Map(),
): readonly Lifetime[] {
  const ended: Lifetime[] = [];
  const lives = new Map<BufferId, Lifetime>();
  const extend = (named: BufferId, from: number, to: number): void => {
    const buffer = wholeOf(graph.buffers, named);
    const { begin = from, end = to } = lives.get(buffer) ?? {};
    lives.set(buffer, { buffer, begin: Math.min(begin, from), end: Math.max(end, to) });
  };
  // Before the steps: what the caller gives is there before any loop that uses it.
  graph.buffers.forEach((buffer, id) => {
    if (buffer.within || arrivals.has(id as BufferId)) return;
    if (buffer.role === 'input' || buffer.role === 'dial' || buffer.role === 'constant') {
      extend(id as BufferId, 0, buffer.role === 'dial' ? Number.POSITIVE_INFINITY : 0);
    }
  });
  const holdThrough = ({ works, from, to }: Repeated): void => {
    for (const { buffers } of passesIn(works)) {
      for (const buffer of buffers) {
        if (buffer === null) continue;
        const { begin = 0 } = lives.get(wholeOf(graph.buffers, buffer)) ?? {};
        if (begin < from) extend(buffer, from, to);
      }
    }
  };
  let now = 1;
  for (const [index, step] of graph.steps.entries()) {
    const stepBegin = now;
    for (const [buffer, steps] of arrivals) {
      if (!steps.includes(index)) continue;
      const before = lives.get(buffer);
      if (before) ended.push(before);
      // Between two passes: after all of the step before, and before any loop that this step is.
      lives.set(buffer, { buffer, begin: stepBegin - 0.5, end: stepBegin });
    }
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
      const { begin = 0 } = lives.get(wholeOf(graph.buffers, buffer)) ?? {};
      extend(buffer, begin, Number.POSITIVE_INFINITY);
    }
  }
  return [...ended, ...lives.values()].sort((a, b) => a.begin - b.begin || a.buffer - b.buffer);
}

/**
 * The steps before which input planes come: the first that reads one, and the next that does after a
 * loop that does not, since loops are where memory is short. Inputs that are results keep what they
 * hold, so they are there from the beginning.
 */
function arrivalsOf(
  graph: KernelGraph,
  isLate: (buffer: BufferId) => boolean,
): ReadonlyMap<BufferId, readonly number[]> {
  const staying = new Set(
    graph.results
      .flatMap((value) => graph.buffersOfValue.get(value) ?? [])
      .map((buffer) => wholeOf(graph.buffers, buffer)),
  );
  const arrivals = new Map<BufferId, number[]>();
  /** Loops that had begun when a plane was last read, that one included. */
  const loopsSeen = new Map<BufferId, number>();
  let loops = 0;
  for (const [index, step] of graph.steps.entries()) {
    const loopsBefore = loops;
    if (step.kind === 'loop') loops += 1;
    const shown = step.kind === 'loop' && step.preview ? [step.preview.buffer] : [];
    for (const named of [...shown, ...passesIn(step.passes).flatMap(({ buffers }) => buffers)]) {
      if (named === null || graph.buffers[named]?.role !== 'input') continue;
      const buffer = wholeOf(graph.buffers, named);
      if (staying.has(buffer) || !isLate(buffer)) continue;
      const seen = loopsSeen.get(buffer) ?? -1;
      loopsSeen.set(buffer, loops);
      // Its own loop does not count as one that stands between.
      if (seen < loopsBefore) arrivals.set(buffer, [...(arrivals.get(buffer) ?? []), index]);
    }
  }
  return arrivals;
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
