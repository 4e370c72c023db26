import type { FloatArray } from '../define-kernel';

/** Cells less likely than this count as empty: p·ln p tends to 0, its logarithm does not. */
const leastProbability = 1e-12;

interface Marginals {
  readonly rows: Float64Array;
  readonly columns: Float64Array;
  /** Sum of all cells: 1, or the mean weight of what was counted. */
  readonly mass: number;
}

function marginals(histogram: FloatArray, bins: number): Marginals {
  const rows = new Float64Array(bins);
  const columns = new Float64Array(bins);
  for (let cell = 0; cell < bins * bins; cell += 1) {
    rows[Math.floor(cell / bins)]! += histogram[cell]!;
    columns[cell % bins]! += histogram[cell]!;
  }
  return { rows, columns, mass: rows.reduce((sum, row) => sum + row, 0) };
}

/** ln(p(a,b)·mass / (p(a)·p(b))) of a cell, or nothing where it is empty. */
function informationOf(
  histogram: FloatArray,
  { rows, columns, mass }: Marginals,
  cell: number,
  bins: number,
): number | undefined {
  const p = histogram[cell]!;
  if (!(p > leastProbability)) return undefined;
  return Math.log((p * mass) / (rows[Math.floor(cell / bins)]! * columns[cell % bins]!));
}

/** Mutual information in nats, times the mass of the table. */
export function mutualInformationOf(histogram: FloatArray, bins: number): number {
  const of = marginals(histogram, bins);
  let sum = 0;
  for (let cell = 0; cell < bins * bins; cell += 1) {
    sum += histogram[cell]! * (informationOf(histogram, of, cell, bins) ?? 0);
  }
  return sum;
}

/** Cotangent of the histogram for loss = −mass·MI: −c·ln(p(a,b)·mass/(p(a)·p(b))), 0 in empty cells. */
export function mutualInformationCotangents(
  histogram: FloatArray,
  cotangent: number,
  histogramCotangent: FloatArray,
  bins: number,
): void {
  const of = marginals(histogram, bins);
  for (let cell = 0; cell < bins * bins; cell += 1) {
    const information = informationOf(histogram, of, cell, bins);
    histogramCotangent[cell] = information === undefined ? 0 : -cotangent * information;
  }
}
