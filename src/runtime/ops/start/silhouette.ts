import type { CoarseImage } from './coarse-image';

/** What is known of the thing that an image shows. */
export interface Silhouette {
  /** Blocks brighter than this, 0 to 1, show the thing. */
  readonly threshold: number;
  /** The blocks from which to which it reaches, along each axis. */
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** How many blocks there are along each axis. */
  readonly blocks: readonly number[];
  /** Volume of its blocks, mm³. */
  readonly volumeMm3: number;
  /** Middle of the image's field, mm. */
  readonly middleMm: readonly number[];
  /** Mean place, weighed by brightness, mm. */
  readonly centreMm: readonly number[];
  /** xx, xy, xz, yy, yz, zz about that centre, mm². */
  readonly covarianceMm2: readonly number[];
}

const levels = 64;
/** Blocks at the thing's edge are half background, and belong to it. */
const partOfOtsu = 0.6;

/** Finds what stands out of the background, by Otsu's threshold, and where it lies. */
export function silhouetteOf({ values, size, worldFromVoxel: w }: CoarseImage): Silhouette {
  const { nx, ny, nz } = size;
  const threshold = partOfOtsu * otsu(values);
  const from = [nx, ny, nz];
  const to = [-1, -1, -1];
  const middleVoxel = [(nx - 1) / 2, (ny - 1) / 2, (nz - 1) / 2];
  const sums = new Float64Array(10);
  let count = 0;
  for (let z = 0, i = 0; z < nz; z += 1) {
    for (let y = 0; y < ny; y += 1) {
      for (let x = 0; x < nx; x += 1, i += 1) {
        const value = values[i] as number;
        if (!(value > threshold)) continue;
        count += 1;
        widen(from, to, x, y, z);
        // About the middle of the grid, so that a far origin costs no digits.
        addMoments(sums, value, x - (nx - 1) / 2, y - (ny - 1) / 2, z - (nz - 1) / 2, w);
      }
    }
  }
  const middleMm = linear(w, middleVoxel).map((value, row) => value + (w[row * 4 + 3] as number));
  const [mass = 0, sx = 0, sy = 0, sz = 0, ...second] = sums;
  const part = mass > 0 ? 1 / mass : 0;
  const mean = [sx * part, sy * part, sz * part];
  const products = [0, 1, 2].flatMap((row) =>
    [0, 1, 2].slice(row).map((column) => (mean[row] as number) * (mean[column] as number)),
  );
  return {
    threshold,
    from: count > 0 ? from : [0, 0, 0],
    to: count > 0 ? to : [nx - 1, ny - 1, nz - 1],
    blocks: [nx, ny, nz],
    volumeMm3: count * blockVolume(w),
    middleMm,
    centreMm: mean.map((value, row) => value + (middleMm[row] as number)),
    covarianceMm2: products.map((product, k) => (second[k] as number) * part - product),
  };
}

function widen(from: number[], to: number[], x: number, y: number, z: number): void {
  if (x < (from[0] as number)) from[0] = x;
  if (y < (from[1] as number)) from[1] = y;
  if (z < (from[2] as number)) from[2] = z;
  if (x > (to[0] as number)) to[0] = x;
  if (y > (to[1] as number)) to[1] = y;
  if (z > (to[2] as number)) to[2] = z;
}

/** Adds a weight at a place to mass, first and second moments. */
function addMoments(
  sums: Float64Array,
  weight: number,
  x: number,
  y: number,
  z: number,
  w: readonly number[],
): void {
  const px = (w[0] as number) * x + (w[1] as number) * y + (w[2] as number) * z;
  const py = (w[4] as number) * x + (w[5] as number) * y + (w[6] as number) * z;
  const pz = (w[8] as number) * x + (w[9] as number) * y + (w[10] as number) * z;
  sums[0] = (sums[0] as number) + weight;
  sums[1] = (sums[1] as number) + weight * px;
  sums[2] = (sums[2] as number) + weight * py;
  sums[3] = (sums[3] as number) + weight * pz;
  sums[4] = (sums[4] as number) + weight * px * px;
  sums[5] = (sums[5] as number) + weight * px * py;
  sums[6] = (sums[6] as number) + weight * px * pz;
  sums[7] = (sums[7] as number) + weight * py * py;
  sums[8] = (sums[8] as number) + weight * py * pz;
  sums[9] = (sums[9] as number) + weight * pz * pz;
}

/** Volume of a grid's voxel, mm³. */
export function blockVolume(w: readonly number[]): number {
  const [a = 0, b = 0, c = 0, , d = 0, e = 0, f = 0, , g = 0, h = 0, i = 0] = w;
  return Math.abs(a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g));
}

/** Otsu: A threshold selection method from gray-level histograms, 1979; of values from 0 to 1. */
export function otsu(values: Float32Array): number {
  const counts = new Float64Array(levels);
  for (const value of values) {
    const level = Math.min(levels - 1, Math.floor(value * levels));
    counts[level] = (counts[level] as number) + 1;
  }
  let total = 0;
  for (let level = 0; level < levels; level += 1) total += level * (counts[level] as number);
  let below = 0;
  let belowSum = 0;
  let best = -1;
  let threshold = 0;
  for (let level = 0; level < levels - 1; level += 1) {
    below += counts[level] as number;
    belowSum += level * (counts[level] as number);
    const above = values.length - below;
    if (below === 0 || above === 0) continue;
    const difference = belowSum / below - (total - belowSum) / above;
    const between = below * above * difference * difference;
    if (between > best) {
      best = between;
      threshold = (level + 1) / levels;
    }
  }
  return threshold;
}

/** The linear part of a 3×4 on a vector. */
function linear(w: readonly number[], v: readonly number[]): number[] {
  return [0, 1, 2].map(
    (row) =>
      (w[row * 4] as number) * (v[0] as number) +
      (w[row * 4 + 1] as number) * (v[1] as number) +
      (w[row * 4 + 2] as number) * (v[2] as number),
  );
}
