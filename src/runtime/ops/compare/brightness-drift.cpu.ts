import type { FloatArray } from '../define-kernel';

/** Darker than this share of an image's foreground, a ratio says nothing. */
const darkest = 0.25;
/** A linear trend through fewer points is none. */
const fewestPoints = 64;

/** Number of voxels along each axis. */
interface SizeVoxels {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
}

/**
 * How the brightness of two aligned images drifts apart: log(warped / fixed) is fitted by a linear
 * function of the place, over voxels that are foreground in both. Writes the factor from one end to
 * the other, exp(√12·σ) with σ the spread of the fit, and the share of the variance that it explains;
 * (1, 0) where too little is foreground.
 */
export function reportDrift(
  images: { readonly fixed: FloatArray; readonly warped: FloatArray; readonly weight: FloatArray },
  report: FloatArray,
  { nx, ny, nz }: SizeVoxels,
): void {
  const { fixed, warped, weight } = images;
  const count = nx * ny * nz;
  const leastFixed = darkest * foregroundMean(fixed, weight, count);
  const leastWarped = darkest * foregroundMean(warped, weight, count);
  report[0] = 1;
  report[1] = 0;
  // Sums of (1, x, y, z, ratio) and of their products, places from −1 to 1.
  const sums = new Float64Array(5);
  const products = new Float64Array(25);
  const row = new Float64Array(5);
  row[0] = 1;
  for (let index = 0; index < count; index += 1) {
    const f = fixed[index] as number;
    const w = warped[index] as number;
    if (!((weight[index] as number) > 0.5 && f > leastFixed && w > leastWarped)) continue;
    row[1] = along(index % nx, nx);
    row[2] = along(Math.floor(index / nx) % ny, ny);
    row[3] = along(Math.floor(index / (nx * ny)), nz);
    row[4] = Math.log(w / f);
    for (let i = 0; i < 5; i += 1) {
      sums[i] = (sums[i] as number) + (row[i] as number);
      for (let j = 0; j < 5; j += 1) {
        products[5 * i + j] =
          (products[5 * i + j] as number) + (row[i] as number) * (row[j] as number);
      }
    }
  }
  const points = sums[0] as number;
  if (points < fewestPoints) return;
  const covariance = (i: number, j: number) =>
    (products[5 * i + j] as number) / points -
    ((sums[i] as number) / points) * ((sums[j] as number) / points);
  const variance = covariance(4, 4);
  const fitted = fittedVariance(covariance);
  if (!(variance > 1e-12)) return;
  report[0] = Math.exp(Math.sqrt(12 * fitted));
  report[1] = fitted / variance;
}

/** Variance of the best linear fit of quantity 4 by 1 to 3, by elimination. */
function fittedVariance(covariance: (i: number, j: number) => number): number {
  const m = [1, 2, 3].map((i) => [1, 2, 3, 4].map((j) => covariance(i, j)));
  let fitted = 0;
  for (let i = 0; i < 3; i += 1) {
    const pivot = m[i]?.[i] ?? 0;
    // An axis of one voxel has no spread.
    if (pivot < 1e-9) continue;
    const rest = m[i]?.[3] ?? 0;
    fitted += (rest * rest) / pivot;
    for (let k = i + 1; k < 3; k += 1) {
      const factor = (m[k]?.[i] ?? 0) / pivot;
      m[k] = (m[k] ?? []).map((value, j) => value - factor * (m[i]?.[j] ?? 0));
    }
  }
  return fitted;
}

/** Mean of the values above the mean: about the brightness of what an image shows. */
function foregroundMean(image: FloatArray, weight: FloatArray, count: number): number {
  const meanAbove = (least: number) => {
    let sum = 0;
    let points = 0;
    for (let index = 0; index < count; index += 1) {
      const value = image[index] as number;
      if (!((weight[index] as number) > 0.5 && value >= least)) continue;
      sum += value;
      points += 1;
    }
    return points === 0 ? 0 : sum / points;
  };
  return Math.max(0, meanAbove(meanAbove(Number.NEGATIVE_INFINITY)));
}

function along(index: number, length: number): number {
  return length < 2 ? 0 : (2 * index) / (length - 1) - 1;
}
