import { type FloatArray, type Share, shareOf } from '../define-kernel';

/** sum = a + factor · b */
export function addScaledElements(
  a: FloatArray,
  b: FloatArray,
  sum: FloatArray,
  factor: number,
  count: number,
  share: Share,
): void {
  const [begin, end] = shareOf(count, share);
  for (let i = begin; i < end; i += 1) sum[i] = a[i]! + factor * b[i]!;
}
