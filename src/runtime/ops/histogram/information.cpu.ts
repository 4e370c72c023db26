import type { FloatArray } from '../define-kernel';

/** Where a value lies among bins of equal width between the least and the largest value. */
interface Bins {
  readonly low: number;
  readonly perUnit: number;
  readonly last: number;
}

/** What is told of two variables: information that they share, nats; normalized; entropies of both, and of the pair. */
export const informationMeasures = [
  'mi',
  'nmi',
  'entropyFirst',
  'entropySecond',
  'entropyJoint',
] as const;

/** Of two images, where the weight, if there is one, is not 0. */
export function imageInformation(
  first: FloatArray,
  second: FloatArray,
  weight: FloatArray | undefined,
  report: FloatArray,
  { count, bins }: { readonly count: number; readonly bins: number },
): void {
  const firstBins = binsOf(first, weight, count, bins);
  const secondBins = binsOf(second, weight, count, bins);
  const joint = new Float64Array(bins * bins);
  for (let i = 0; i < count; i += 1) {
    if (weight !== undefined && weight[i] === 0) continue;
    joint[bins * binOf(first[i]!, firstBins) + binOf(second[i]!, secondBins)]! += 1;
  }
  report.set(informationOf(joint, bins, bins));
}

/** Of an image (first) and labels (second); without the background where it is left out. */
export function labelInformation(
  image: FloatArray,
  labels: Uint32Array,
  report: FloatArray,
  p: {
    readonly count: number;
    readonly bins: number;
    readonly labelCount: number;
    readonly background: number;
  },
): void {
  const { count, bins, labelCount, background } = p;
  const weight = background === 0 ? Float32Array.from(labels, (l) => (l === 0 ? 0 : 1)) : undefined;
  const imageBins = binsOf(image, weight, count, bins);
  const joint = new Float64Array(bins * labelCount);
  for (let i = 0; i < count; i += 1) {
    const label = labels[i]!;
    if (label >= labelCount || (background === 0 && label === 0)) continue;
    joint[labelCount * binOf(image[i]!, imageBins) + label]! += 1;
  }
  report.set(informationOf(joint, bins, labelCount));
}

function binsOf(
  values: FloatArray,
  weight: FloatArray | undefined,
  count: number,
  bins: number,
): Bins {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i += 1) {
    if (weight !== undefined && weight[i] === 0) continue;
    const value = values[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, perUnit: high > low ? bins / (high - low) : 0, last: bins - 1 };
}

function binOf(value: number, { low, perUnit, last }: Bins): number {
  return Math.min(last, Math.floor((value - low) * perUnit));
}

/** In the order of the measures; nothing counted, or two constants, share nothing: 0, and 1 where normalized. */
function informationOf(joint: Float64Array, rows: number, columns: number): readonly number[] {
  const ofRows = new Float64Array(rows);
  const ofColumns = new Float64Array(columns);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const value = joint[row * columns + column]!;
      ofRows[row]! += value;
      ofColumns[column]! += value;
    }
  }
  const [first, second, both] = [ofRows, ofColumns, joint].map(entropy) as [number, number, number];
  // Rounding may leave a little below 0.
  const shared = Math.max(0, first + second - both);
  return [shared, both > 0 ? (first + second) / both : 1, first, second, both];
}

/** −Σ p·log p of counts, nats. */
function entropy(counts: Float64Array): number {
  let total = 0;
  let sum = 0;
  for (const count of counts) {
    if (count === 0) continue;
    total += count;
    sum += count * Math.log(count);
  }
  return total === 0 ? 0 : Math.max(0, Math.log(total) - sum / total);
}
