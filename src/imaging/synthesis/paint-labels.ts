import { deriveSeed, normalAt, uniformStream } from '../phantoms/random';
import { labelBrightness } from '../phantoms/tissues';
import { blurAtRandom, gammaAtRandom, shadeAtRandom, spreadToUnit } from './appearance';
import type { LabelMap } from './label-map';
import type { SynthesisSettings } from './settings';

/** How bright a label is, and how noisy, on a scale of 0 to 255. */
export interface Contrast {
  readonly means: Float64Array;
  readonly stds: Float64Array;
}

/** Draws a mean and a noise for each tissue; labels of one tissue share them. */
export function randomContrast(
  { labelCount, tissues }: Pick<LabelMap, 'labelCount' | 'tissues'>,
  { labelMeans, noiseStds }: Pick<SynthesisSettings, 'labelMeans' | 'noiseStds'>,
  seed: number,
): Contrast {
  const next = uniformStream(seed);
  const means = new Float64Array(labelCount);
  const stds = new Float64Array(labelCount);
  for (let label = 0; label < labelCount; label += 1) {
    means[label] = labelMeans[0] + (labelMeans[1] - labelMeans[0]) * next();
    stds[label] = noiseStds[0] + (noiseStds[1] - noiseStds[0]) * next();
  }
  tissues?.forEach((tissue, label) => {
    means[label] = means[tissue]!;
    stds[label] = stds[tissue]!;
  });
  return { means, stds };
}

/** By how much the brightness of a tissue differs from one T1- or T2-weighted image to the next, as a share of it. */
const scannerSpread = 0.05;

/** How the head's labels look in T1- or T2-weighted images: each tissue within 5 % of its usual brightness. */
export function headContrast(
  { tissues }: Pick<LabelMap, 'tissues'>,
  weighting: 't1' | 't2',
  { noiseStds }: Pick<SynthesisSettings, 'noiseStds'>,
  seed: number,
): Contrast {
  const next = uniformStream(seed);
  const means = labelBrightness(weighting).map(
    (usual) => usual * (1 + scannerSpread * (2 * next() - 1)),
  );
  tissues?.forEach((tissue, label) => {
    means[label] = means[tissue]!;
  });
  const std = noiseStds[0] + (noiseStds[1] - noiseStds[0]) * next();
  return { means, stds: means.map(() => std) };
}

/** The same contrast with a black background. */
export function withBlackBackground({ means, stds }: Contrast): Contrast {
  const black = { means: means.slice(), stds: stds.slice() };
  black.means[0] = 0;
  black.stds[0] = 0;
  return black;
}

/**
 * An image within [0, 1] of labels, in the order of the published recipe: intensities and their noise, blur, bias, cut to the
 * scale of 0 to 255, spread over [0, 1], gamma.
 */
export function paintLabels(
  labels: Uint32Array,
  { means, stds }: Contrast,
  settings: SynthesisSettings,
  seed: number,
): Float32Array {
  const { sizeVoxels, blurVoxels } = settings;
  const image = new Float32Array(labels.length);
  const noiseSeed = deriveSeed(seed, 1);
  for (let voxel = 0; voxel < labels.length; voxel += 1) {
    const label = labels[voxel]!;
    const std = stds[label]!;
    image[voxel] = means[label]! + (std === 0 ? 0 : std * normalAt(voxel, 0, noiseSeed));
  }
  blurAtRandom(image, sizeVoxels, blurVoxels, deriveSeed(seed, 2));
  shadeAtRandom(image, sizeVoxels, settings, deriveSeed(seed, 3));
  for (let voxel = 0; voxel < image.length; voxel += 1) {
    image[voxel] = Math.min(Math.max(image[voxel]!, 0), 255);
  }
  spreadToUnit(image);
  gammaAtRandom(image, settings.gammaStd, deriveSeed(seed, 4));
  return image;
}
