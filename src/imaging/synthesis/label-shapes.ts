import type { Vec3 } from '../frames';
import { deriveSeed, uniformStream } from '../phantoms/random';
import type { LabelMap } from './label-map';
import { addSmoothNoise } from './smooth-noise';

/**
 * Regions of random shape: a smooth random image for each label, and each voxel gets the label whose image is the largest.
 * The images differ in resolution, from two thirds of `everyVoxels` to one and a half times it, so that regions differ in
 * size; SynthMorph deforms each image instead, which costs a velocity for each label.
 */
export function shapeLabels(
  sizeVoxels: Vec3,
  labelCount: number,
  everyVoxels: number,
  seed: number,
): LabelMap {
  const count = sizeVoxels[0] * sizeVoxels[1] * sizeVoxels[2];
  const values = new Uint8Array(count);
  const largest = new Float32Array(count).fill(-1e9);
  const noise = new Float32Array(count);
  const next = uniformStream(seed);
  for (let label = 0; label < labelCount; label += 1) {
    const ratio = 2 / 3 + (5 / 6) * next();
    const every = everyVoxels * ratio;
    noise.fill(0);
    addSmoothNoise(noise, sizeVoxels, [every, every, every], 1, deriveSeed(seed, label));
    for (let voxel = 0; voxel < count; voxel += 1) {
      if (noise[voxel]! > largest[voxel]!) {
        largest[voxel] = noise[voxel]!;
        values[voxel] = label;
      }
    }
  }
  return { sizeVoxels, values, labelCount, isBackgroundAir: false };
}
