import type { BufferId } from '../ir/kernel-graph';
import { elementsPerBuffer, planeStride, type ValueType } from '../ir/values';
import type { Emitter } from './define-op';

/** Buffers by name, and how many elements of each a kernel takes. */
export interface ElementwisePart<Name extends string> {
  readonly buffers: Readonly<Record<Name, BufferId>>;
  readonly count: number;
}

/**
 * What a kernel that knows no neighbours is called for, so that it computes every element of values of one type: all
 * channels at once where they lie together, what is between two planes included, which nobody reads; else each plane.
 */
export function elementwiseParts<Name extends string>(
  emitter: Emitter,
  type: ValueType,
  planes: Readonly<Record<Name, readonly BufferId[]>>,
): readonly ElementwisePart<Name>[] {
  const entries = Object.entries(planes) as [Name, readonly BufferId[]][];
  const partOf = (bufferOf: (own: readonly BufferId[]) => BufferId | undefined) =>
    Object.fromEntries(entries.map(([name, own]) => [name, bufferOf(own)])) as Record<
      Name,
      BufferId
    >;
  const channels = entries[0]?.[1].length ?? 0;
  if (entries.every(([, own]) => emitter.together(own) !== undefined)) {
    const count = channels * planeStride(type);
    return [{ buffers: partOf((own) => emitter.together(own)), count }];
  }
  return Array.from({ length: channels }, (_, channel) => ({
    buffers: partOf((own) => own[channel]),
    count: elementsPerBuffer(type),
  }));
}
