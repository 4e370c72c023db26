/** 1 / number of positions of an axis within `radius` of each position. */
export function inverseCounts(length: number, radius: number): Float64Array {
  return Float64Array.from(
    { length },
    (_, i) => 1 / (Math.min(i + radius, length - 1) - Math.max(i - radius, 0) + 1),
  );
}
