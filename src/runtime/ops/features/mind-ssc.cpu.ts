import { type FloatArray, type Share, shareOf } from '../define-kernel';

/** A grid and two neighbours of a voxel, in voxels from it. */
export interface NeighbourNumbers {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
  readonly ax: number;
  readonly ay: number;
  readonly az: number;
  readonly bx: number;
  readonly by: number;
  readonly bz: number;
}

/** squared(x) = (I(x + a) − I(x + b))²; beyond an edge the image goes on as it ends. */
export function squaredBetween(
  image: FloatArray,
  squared: FloatArray,
  p: NeighbourNumbers,
  share: Share,
): void {
  const { nx, ny, nz } = p;
  const within = (position: number, size: number): number =>
    position < 0 ? 0 : position < size ? position : size - 1;
  const [begin, end] = shareOf(ny * nz, share);
  for (let row = begin; row < end; row += 1) {
    const y = row % ny;
    const z = (row - y) / ny;
    const rowA = nx * (within(y + p.ay, ny) + ny * within(z + p.az, nz));
    const rowB = nx * (within(y + p.by, ny) + ny * within(z + p.bz, nz));
    for (let x = 0; x < nx; x += 1) {
      const a = image[rowA + within(x + p.ax, nx)] as number;
      const b = image[rowB + within(x + p.bx, nx)] as number;
      squared[row * nx + x] = (a - b) * (a - b);
    }
  }
}

/** Below this share of an image's largest squared value distances are what rounding leaves of a flat image. */
const leastShare = 1e-12;

/** Distances of patches become features, in place: see `mindSsc`. Voxels are shared out. */
export function distancesToFeatures(
  features: FloatArray,
  meanVariance: FloatArray,
  range: FloatArray,
  p: { readonly count: number; readonly stride: number; readonly channels: number },
  share: Share,
): void {
  const mean = meanVariance[0] as number;
  const floor = leastShare * Math.max((range[0] as number) ** 2, (range[1] as number) ** 2);
  const [begin, end] = shareOf(p.count, share);
  for (let i = begin; i < end; i += 1) {
    let lowest = features[i] as number;
    let sum = 0;
    for (let channel = 0; channel < p.channels; channel += 1) {
      const distance = features[channel * p.stride + i] as number;
      if (distance < lowest) lowest = distance;
      sum += distance;
    }
    const clamped = Math.min(Math.max(sum / p.channels - lowest, 0.001 * mean), 1000 * mean);
    const variance = Math.max(clamped, floor);
    for (let channel = 0; channel < p.channels; channel += 1) {
      const at = channel * p.stride + i;
      const apart = (features[at] as number) - lowest;
      features[at] = apart > 0 ? Math.exp(-apart / variance) : 1;
    }
  }
}
