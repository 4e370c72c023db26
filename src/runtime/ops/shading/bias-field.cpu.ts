import type { Vec3 } from '../../../imaging/frames';
import type { FloatArray } from '../define-kernel';
import { type Sharpening, sharpen } from './sharpen.cpu';
import { type AxisSamples, evaluateLattice, fitLattice } from './spline-lattice.cpu';

export interface BiasNumbers extends Sharpening {
  readonly sizeVoxels: Vec3;
  /** Pieces of the spline along each axis at the first level; each level has twice as many. */
  readonly elements: Vec3;
  readonly levels: number;
  readonly iterations: number;
  /** A level ends once the field changes by less: the coefficient of variation of the ratio of two. */
  readonly convergence: number;
  /** Every so many-th voxel along each axis is looked at. */
  readonly shrink: number;
}

/** Fewer samples along an axis than this say too little of a spline's piece. */
const leastSamples = 12;

/**
 * The log of the smooth factor by which an image is brighter here than there, as N4 finds it (Tustison et al. 2010): the
 * histogram of log intensities is sharpened, what has to be added for that is fitted by a B-spline, and taken out, again and
 * again, with finer and finer splines. Its mean over what counts is 0. Where fewer than two intensities above 0 count, it is 0.
 * @param mask what counts of each voxel; voxels of 0 or less, and those that are not finite, never do
 */
export function biasField(
  image: FloatArray,
  mask: FloatArray,
  logBias: FloatArray,
  p: BiasNumbers,
): void {
  const samples = p.sizeVoxels.map((voxels) => samplesAlong(voxels, p.shrink));
  const { logs, weights } = read(image, mask, samples, p.sizeVoxels);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const whole = p.sizeVoxels.map((voxels) => ({ voxels, start: 0, step: 1, count: voxels }));
  const voxels = whole.reduce((product, { count }) => product * count, 1);
  const field = new Float64Array(voxels);
  let found = new Float64Array(logs.length);
  for (let level = 0; level < p.levels && total > 0; level += 1) {
    const elements = p.elements.map((n) => n * 2 ** level) as unknown as Vec3;
    let lattice: Float64Array | undefined;
    for (let iteration = 0; iteration < p.iterations; iteration += 1) {
      const even = logs.map((value, i) => value - found[i]!);
      const sharp = sharpen(even, weights, p);
      const left = even.map((value, i) => value - sharp[i]!);
      const fitted = fitLattice(left, weights, samples, elements);
      lattice = lattice?.map((value, i) => value + fitted.values[i]!) ?? fitted.values;
      const more = evaluateLattice(fitted, samples);
      found = found.map((value, i) => value + more[i]!);
      if (variation(more, weights, total) < p.convergence) break;
    }
    if (lattice === undefined) continue;
    const finer = evaluateLattice({ elements, values: lattice }, whole);
    for (let i = 0; i < voxels; i += 1) field[i]! += finer[i]!;
  }
  const mean = total > 0 ? meanOf(found, weights, total) : 0;
  for (let i = 0; i < voxels; i += 1) logBias[i] = field[i]! - mean;
}

function samplesAlong(voxels: number, shrink: number): AxisSamples {
  const step = Math.max(1, Math.min(shrink, Math.floor(voxels / leastSamples)));
  const count = Math.floor(voxels / step);
  return { voxels, step, count, start: Math.floor((voxels - 1 - (count - 1) * step) / 2) };
}

function read(
  image: FloatArray,
  mask: FloatArray,
  [x, y, z]: readonly AxisSamples[],
  [nx, ny]: Vec3,
) {
  const logs = new Float64Array(x!.count * y!.count * z!.count);
  const weights = new Float64Array(logs.length);
  let at = 0;
  for (let k = 0; k < z!.count; k += 1) {
    for (let j = 0; j < y!.count; j += 1) {
      for (let i = 0; i < x!.count; i += 1) {
        const voxel =
          x!.start + i * x!.step + nx * (y!.start + j * y!.step + ny * (z!.start + k * z!.step));
        const value = image[voxel]!;
        const weight = mask[voxel]!;
        if (value > 0 && Number.isFinite(value) && weight > 0) {
          logs[at] = Math.log(value);
          weights[at] = weight;
        }
        at += 1;
      }
    }
  }
  return { logs, weights };
}

function meanOf(values: Float64Array, weights: Float64Array, total: number): number {
  return values.reduce((sum, value, i) => sum + value * weights[i]!, 0) / total;
}

/** The coefficient of variation of the factor by which a field changes where it counts. */
function variation(change: Float64Array, weights: Float64Array, total: number): number {
  const factors = change.map(Math.exp);
  const mean = meanOf(factors, weights, total);
  const squares = meanOf(
    factors.map((factor) => (factor - mean) ** 2),
    weights,
    total,
  );
  return Math.sqrt(squares) / mean;
}
