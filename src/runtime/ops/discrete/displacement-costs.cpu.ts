import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { displacementAt, type windowParameters } from './window-of-displacements';

type Numbers<Names extends string> = Readonly<Record<Names, number>>;

/** What `featureDistances` reads and writes. */
export interface DistanceBuffers {
  readonly fixed: FloatArray;
  readonly moving: FloatArray;
  readonly fixedWeight: FloatArray;
  readonly movingWeight: FloatArray;
  readonly unknown: FloatArray;
  readonly costs: FloatArray;
}

export type DistanceNumbers = Numbers<
  keyof typeof windowParameters | 'nx' | 'ny' | 'nz' | 'channels' | 'stride'
>;

/** costs: see `displacementCosts`, before they are smoothed. Displacements are shared out. */
export function featureDistances(b: DistanceBuffers, p: DistanceNumbers, share: Share): void {
  const { nx, ny, nz, channels, stride } = p;
  const { fixed, moving, fixedWeight, movingWeight, costs } = b;
  const unknown = b.unknown[0] as number;
  const sums = new Float64Array(nx);
  const [begin, end] = shareOf(p.count, share);
  for (let index = begin; index < end; index += 1) {
    const [dx, dy, dz] = displacementAt(p, index);
    const [x0, x1] = [Math.max(0, -dx), Math.min(nx, nx - dx)];
    for (let row = 0; row < ny * nz; row += 1) {
      const [y, z] = [(row % ny) + dy, Math.floor(row / ny) + dz];
      const [own, target] = [row * nx, index * stride + row * nx];
      if (y < 0 || y >= ny || z < 0 || z >= nz) {
        for (let x = 0; x < nx; x += 1) {
          costs[target + x] = (fixedWeight[own + x] as number) * unknown;
        }
        continue;
      }
      const other = nx * (y + ny * z) + dx;
      sums.fill(0);
      for (let channel = 0; channel < channels; channel += 1) {
        const [f, m] = [channel * stride + own, channel * stride + other];
        for (let x = x0; x < x1; x += 1) {
          const apart = (fixed[f + x] as number) - (moving[m + x] as number);
          sums[x] = (sums[x] as number) + apart * apart;
        }
      }
      for (let x = 0; x < nx; x += 1) {
        const seen = x < x0 || x >= x1 ? 0 : (movingWeight[other + x] as number);
        const cost = seen * (sums[x] as number) + (1 - seen) * unknown;
        costs[target + x] = (fixedWeight[own + x] as number) * cost;
      }
    }
  }
}

export type AxisNumbers = Numbers<'nx' | 'ny' | 'nz' | 'stride' | 'count' | 'axis'>;

/** Voxels on each side that a mean of three, taken twice, reads. */
const reads = 2;

/** What the mean of three voxels, clipped at the border and taken twice, makes of each voxel's neighbours. */
export function twiceMeanWeights(length: number): Float64Array {
  const width = 2 * reads + 1;
  const weights = new Float64Array(width * length);
  const around = (x: number): readonly number[] =>
    [x - 1, x, x + 1].filter((at) => at >= 0 && at < length);
  for (let x = 0; x < length; x += 1) {
    for (const middle of around(x)) {
      for (const at of around(middle)) {
        const index = width * x + at - x + reads;
        weights[index] =
          (weights[index] as number) + 1 / (around(x).length * around(middle).length);
      }
    }
  }
  return weights;
}

/** The mean of three, taken twice, along one axis of every plane. Planes are shared out. */
export function twiceMeanAlongAxis(
  source: FloatArray,
  target: FloatArray,
  p: AxisNumbers,
  share: Share,
): void {
  const size = [p.nx, p.ny, p.nz];
  const length = size[p.axis] as number;
  const inner = size.slice(0, p.axis).reduce((product, n) => product * n, 1);
  const outer = (p.nx * p.ny * p.nz) / (inner * length);
  const weights = twiceMeanWeights(length);
  const [begin, end] = shareOf(p.count, share);
  for (let plane = begin; plane < end; plane += 1) {
    for (let block = 0; block < outer; block += 1) {
      const start = plane * p.stride + block * inner * length;
      for (let x = 0; x < length; x += 1) {
        const at = start + x * inner;
        const w = 5 * x + reads;
        // Beyond the border weights are 0: the voxel itself is read instead.
        const [low, high] = [Math.min(x, 1) * inner, Math.min(length - 1 - x, 1) * inner];
        const [lower, higher] = [Math.min(x, 2) * inner, Math.min(length - 1 - x, 2) * inner];
        const [a, c] = [weights[w - 2] as number, weights[w - 1] as number];
        const d = weights[w] as number;
        const [e, g] = [weights[w + 1] as number, weights[w + 2] as number];
        for (let k = at; k < at + inner; k += 1) {
          target[k] =
            a * (source[k - lower] as number) +
            c * (source[k - low] as number) +
            d * (source[k] as number) +
            e * (source[k + high] as number) +
            g * (source[k + higher] as number);
        }
      }
    }
  }
}
