import type { LabelIds, ScalarType } from './volume';

/** Labels that one map may have beside the background. */
export const mostLabels = 2 ** 16;

/** Whole-number types, those that take least room first. */
const wholeTypes = [
  ['uint8', 0n, 2n ** 8n - 1n],
  ['int8', -(2n ** 7n), 2n ** 7n - 1n],
  ['uint16', 0n, 2n ** 16n - 1n],
  ['int16', -(2n ** 15n), 2n ** 15n - 1n],
  ['uint32', 0n, 2n ** 32n - 1n],
  ['int32', -(2n ** 31n), 2n ** 31n - 1n],
  ['uint64', 0n, 2n ** 64n - 1n],
  ['int64', -(2n ** 63n), 2n ** 63n - 1n],
] as const satisfies readonly (readonly [ScalarType, bigint, bigint])[];

/** Number types that hold whole numbers only. */
export type WholeType = (typeof wholeTypes)[number][0];

/** The labels of a map: the background at index 0, all others ascending, each once. */
export function labelIdsOf(found: Iterable<bigint>): LabelIds {
  const ids = new Set(found);
  ids.delete(0n);
  return [0n, ...[...ids].sort((a, b) => (a < b ? -1 : 1))];
}

/**
 * The whole-number type in which labels are stored: the one that is preferred where it holds them all,
 * else the smallest that does; undefined where none does.
 */
export function typeForLabels(
  ids: LabelIds,
  preferred: ScalarType | undefined,
): WholeType | undefined {
  const fitting = wholeTypes.filter(([, low, high]) => ids.every((id) => id >= low && id <= high));
  const [type] = fitting.find(([one]) => one === preferred) ?? fitting[0] ?? [];
  return type;
}

/**
 * For labels that two maps share, ascending: the label with its index in either.
 */
export function sharedLabels(
  first: LabelIds,
  second: LabelIds,
): readonly { readonly id: bigint; readonly inFirst: number; readonly inSecond: number }[] {
  const indices = new Map(second.map((id, index) => [id, index]));
  return first.flatMap((id, inFirst) => {
    const inSecond = indices.get(id);
    return id === 0n || inSecond === undefined ? [] : [{ id, inFirst, inSecond }];
  });
}
