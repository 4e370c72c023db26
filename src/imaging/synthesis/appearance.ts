import type { Vec3 } from '../frames';
import { deriveSeed, normalAt, uniformStream } from '../phantoms/random';
import { exactExp, exactLog } from './exact-functions';
import type { AppearanceSettings } from './settings';
import { addSmoothNoise } from './smooth-noise';

const gammaSteps = 4096;

/** Blurs an image in place by a Gaussian whose standard deviation is drawn for each axis, from 0 to `blurVoxels`. */
export function blurAtRandom(
  image: Float32Array,
  size: Vec3,
  blurVoxels: number,
  seed: number,
): void {
  const next = uniformStream(seed);
  const strides = [1, size[0], size[0] * size[1]];
  for (let axis = 0; axis < 3; axis += 1) {
    const std = blurVoxels * next();
    if (size[axis]! > 1 && std > 0.05) blurAlong(image, size[axis]!, strides[axis]!, std);
  }
}

function blurAlong(image: Float32Array, count: number, stride: number, std: number): void {
  const reach = Math.ceil(3 * std);
  const half = Array.from({ length: reach + 1 }, (_, i) => exactExp((-i * i) / (2 * std * std)));
  const total = half.reduce((sum, weight, i) => sum + (i === 0 ? weight : 2 * weight), 0);
  const weights = Float64Array.from(half, (weight) => weight / total);
  // Lines side by side are blurred together, so that memory is read in the order in which it lies.
  const padded = new Float64Array((count + 2 * reach) * stride);
  for (let start = 0; start < image.length; start += count * stride) {
    for (let i = -reach; i < count + reach; i += 1) {
      const source = start + Math.min(Math.max(i, 0), count - 1) * stride;
      const target = (i + reach) * stride;
      for (let s = 0; s < stride; s += 1) padded[target + s] = image[source + s]!;
    }
    const lineVoxels = count * stride;
    for (let at = 0; at < lineVoxels; at += 1) {
      const middle = at + reach * stride;
      let sum = weights[0]! * padded[middle]!;
      for (let tap = 1; tap <= reach; tap += 1) {
        const offset = tap * stride;
        sum += weights[tap]! * (padded[middle - offset]! + padded[middle + offset]!);
      }
      image[start + at] = sum;
    }
  }
}

/** Multiplies an image by the exponential of a smooth random field whose standard deviation is drawn from 0 to `biasStd`. */
export function shadeAtRandom(
  image: Float32Array,
  size: Vec3,
  { biasStd, biasEveryVoxels }: Pick<AppearanceSettings, 'biasStd' | 'biasEveryVoxels'>,
  seed: number,
): void {
  const std = biasStd * uniformStream(seed)();
  if (std === 0) return;
  const field = new Float32Array(image.length);
  const every = biasEveryVoxels;
  addSmoothNoise(field, size, [every, every, every], std, deriveSeed(seed, 1));
  for (let voxel = 0; voxel < image.length; voxel += 1) image[voxel]! *= exactExp(field[voxel]!);
}

/** Scales an image in place so that its least value is 0 and its greatest 1; to 0 where all are equal. */
export function spreadToUnit(image: Float32Array): void {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (let voxel = 0; voxel < image.length; voxel += 1) {
    const value = image[voxel]!;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  const scale = greatest > least ? 1 / (greatest - least) : 0;
  for (let voxel = 0; voxel < image.length; voxel += 1) {
    image[voxel] = Math.min(1, (image[voxel]! - least) * scale);
  }
}

/** Raises an image within [0, 1] to a power whose logarithm has mean 0 and this standard deviation. */
export function gammaAtRandom(image: Float32Array, gammaStd: number, seed: number): void {
  const exponent = exactExp(gammaStd * normalAt(0, 0, seed));
  if (exponent === 1) return;
  const table = new Float64Array(gammaSteps + 2);
  for (let step = 1; step < table.length; step += 1) {
    table[step] = Math.min(1, exactExp(exponent * exactLog(Math.min(1, step / gammaSteps))));
  }
  for (let voxel = 0; voxel < image.length; voxel += 1) {
    const at = image[voxel]! * gammaSteps;
    const step = Math.floor(at);
    const share = at - step;
    image[voxel] = table[step]! + share * (table[step + 1]! - table[step]!);
  }
}
