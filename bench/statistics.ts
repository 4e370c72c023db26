/** Repeated measurements of one thing. A shared machine only ever makes things slower. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly n: number;
}

/** Median, smallest and largest of at least one measurement. */
export function spreadOf(measurements: readonly number[]): Spread {
  const sorted = measurements.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const below = sorted[Math.floor(middle)] ?? Number.NaN;
  const above = sorted[Math.ceil(middle)] ?? Number.NaN;
  return {
    median: (below + above) / 2,
    min: sorted[0] ?? Number.NaN,
    max: sorted.at(-1) ?? Number.NaN,
    n: sorted.length,
  };
}

/** Four cells of a table: median, smallest, largest, number of measurements. */
export function spreadCells(
  { median, min, max, n }: Spread,
  text: (value: number) => string,
): readonly [string, string, string, string] {
  return [text(median), text(min), text(max), String(n)];
}
