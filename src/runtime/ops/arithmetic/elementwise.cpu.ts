import { type FloatArray, type Share, shareOf } from '../define-kernel';

/** value = a + b */
export function addElements(
  a: FloatArray,
  b: FloatArray,
  value: FloatArray,
  count: number,
  share: Share,
): void {
  const [begin, end] = shareOf(count, share);
  for (let i = begin; i < end; i += 1) value[i] = a[i]! + b[i]!;
}

/** value = a · b */
export function multiplyElements(
  a: FloatArray,
  b: FloatArray,
  value: FloatArray,
  count: number,
  share: Share,
): void {
  const [begin, end] = shareOf(count, share);
  for (let i = begin; i < end; i += 1) value[i] = a[i]! * b[i]!;
}

/** scaled = factor · value */
export function scaleElements(
  value: FloatArray,
  scaled: FloatArray,
  factor: number,
  count: number,
  share: Share,
): void {
  const [begin, end] = shareOf(count, share);
  for (let i = begin; i < end; i += 1) scaled[i] = factor * value[i]!;
}

/** rescaled = (image − low) / (high − low), clamped to [0, 1]; 0 where the range is empty. */
export function rescaleElements(
  image: FloatArray,
  range: FloatArray,
  rescaled: FloatArray,
  count: number,
  share: Share,
): void {
  const low = range[0]!;
  const width = range[1]! - low;
  const [begin, end] = shareOf(count, share);
  for (let i = begin; i < end; i += 1) {
    rescaled[i] = width > 0 ? Math.min(Math.max((image[i]! - low) / width, 0), 1) : 0;
  }
}

/** imageCotangent = cotangent / (high − low) within the range, 0 where the value was clamped. */
export function rescaleAdjointElements(
  image: FloatArray,
  range: FloatArray,
  cotangent: FloatArray,
  imageCotangent: FloatArray,
  count: number,
  share: Share,
): void {
  const low = range[0]!;
  const high = range[1]!;
  const slope = high > low ? 1 / (high - low) : 0;
  const [begin, end] = shareOf(count, share);
  for (let i = begin; i < end; i += 1) {
    const isInside = image[i]! > low && image[i]! < high;
    imageCotangent[i] = isInside ? cotangent[i]! * slope : 0;
  }
}
