import type { FloatArray } from '../define-kernel';

/** Which cells of a table of bins × bins go together, and by which power of their place they are weighed. */
export interface TableSumNumbers {
  readonly bins: number;
  /** Cells from one index that is kept to the next. */
  readonly keptStride: number;
  /** Cells from one index that is summed over to the next. */
  readonly summedStride: number;
  /** 0, 1 or 2. */
  readonly power: number;
}

/** Where a bin lies between the ends of the range, which are −½ and ½, to that power. */
export function placeOfBin(bin: number, { bins, power }: TableSumNumbers): number {
  if (power === 0) return 1;
  const place = (bin - 1) / (bins - 3) - 0.5;
  return power === 1 ? place : place * place;
}

/** sums[kept] = Σ over the other index of placeᵖᵒʷᵉʳ · cell */
export function sumTable(table: FloatArray, sums: FloatArray, p: TableSumNumbers): void {
  for (let kept = 0; kept < p.bins; kept += 1) {
    let sum = 0;
    for (let other = 0; other < p.bins; other += 1) {
      const cell = table[kept * p.keptStride + other * p.summedStride] as number;
      sum += placeOfBin(other, p) * cell;
    }
    sums[kept] = sum;
  }
}

/** cell = placeᵖᵒʷᵉʳ · cotangent[kept]: the transposed of `sumTable`. */
export function spreadSums(cotangent: FloatArray, table: FloatArray, p: TableSumNumbers): void {
  for (let kept = 0; kept < p.bins; kept += 1) {
    for (let other = 0; other < p.bins; other += 1) {
      table[kept * p.keptStride + other * p.summedStride] =
        placeOfBin(other, p) * (cotangent[kept] as number);
    }
  }
}
