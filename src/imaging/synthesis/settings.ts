import type { Vec3 } from '../frames';

/**
 * Where label maps come from: `shapes` are regions in which one of several smooth random images is the largest; `tubes` are
 * ellipsoids and bent tubes of many sizes over each other; `head` is the generated head.
 */
export type LabelSource = 'shapes' | 'tubes' | 'head';

/** A random stationary velocity: smooth random fields of several resolutions, added. */
export interface DeformationSettings {
  /** Largest standard deviation of each resolution's velocity in voxels; each is drawn from 0 to it. */
  readonly stdVoxels: number;
  /** One number of the random field for so many voxels, for each resolution; at least 4. */
  readonly everyVoxels: readonly number[];
}

/** Largest turn, change of size and shift of a random affine map; each is drawn evenly between minus and plus. */
export interface AffineSettings {
  readonly degrees: number;
  /** As a share: 0.05 gives 0.95 to 1.05 along each axis. */
  readonly scale: number;
  readonly shiftMm: number;
}

/** How a scanner may alter an image; what is drawn is drawn for each image anew. */
export interface AppearanceSettings {
  /** Largest standard deviation of the Gaussian blur in voxels, drawn for each axis. */
  readonly blurVoxels: number;
  /** Largest standard deviation of the logarithm of the bias field. */
  readonly biasStd: number;
  /** One number of the bias field for so many voxels. */
  readonly biasEveryVoxels: number;
  /** Standard deviation of the logarithm of the exponent. */
  readonly gammaStd: number;
}

/** What a synthetic pair is made by. `defaultSettings` gives one, whose fields may be replaced. */
export interface SynthesisSettings extends AppearanceSettings {
  readonly dimensions: 2 | 3;
  /** In 2-D the third is 1. */
  readonly sizeVoxels: Vec3;
  readonly spacingMm: Vec3;
  /** One of them is drawn for each pair; naming one twice makes it twice as likely. */
  readonly labelSources: readonly LabelSource[];
  /** Labels of `shapes` and `tubes`, with the background; the head has labels of its own. */
  readonly labelCount: number;
  /** One number of the random images of `shapes` for so many voxels: about the size of a region. */
  readonly shapeEveryVoxels: number;
  /** How many heads, or slices of heads, there are; each is painted when it is first drawn, and kept. */
  readonly headCount: number;
  /** How often a head is shown without what lies outside of the brain. */
  readonly headStrippedShare: number;
  /**
   * True: both images show one label map, and the map between them is known. False: two heads of different people, with no
   * known map; `shapes` and `tubes` remain related.
   */
  readonly sameSubject: boolean;
  /** Draws which way round x and y run, for both images alike: files store heads in every way. */
  readonly turnsRound: boolean;
  readonly deformation: DeformationSettings;
  readonly affine: AffineSettings;
  /**
   * `same`: a label is equally bright in both images. `other`: each image has a contrast of its own. `t1-t2`: heads in two contrasts that
   * stay the same from pair to pair, T1-weighted the fixed and T2-weighted the moving image.
   */
  readonly contrast: 'same' | 'other' | 't1-t2';
  /** Of images of two contrasts: whether the moving one is also painted in that of the fixed one. */
  readonly alsoInFixedContrast: boolean;
  /** Least and greatest mean intensity of a label, on a scale of 0 to 255. */
  readonly labelMeans: readonly [number, number];
  /** Least and greatest standard deviation of the noise within a label, on that scale. */
  readonly noiseStds: readonly [number, number];
  /** How often the background is black, where it is not outside of a stripped head: there it always is. */
  readonly blackBackgroundShare: number;
}

/** Millimetres: the published settings were made for voxels of 1 mm. */
const inMm = { deformation: [16, 32, 64], deformationStd: 3, bias: 40 };

/** How far below 4 voxels a resolution may not go, since velocities are integrated on every second voxel. */
export const finestEveryVoxels = 4;

/**
 * Settings for a grid, after SynthMorph (Hoffmann et al., "SynthMorph: learning contrast-invariant registration without
 * acquired images", 2022, doi:10.1109/TMI.2021.3116879) and its training script: 26 labels, means of 25 to 225 and noise
 * of 5 to 25 of 255, blur up to 1 voxel, bias .3 at 40 voxels of 1 mm, gamma .25, a black background in every fifth
 * image, velocities of up to 3 voxels of 1 mm at three resolutions; all kept in mm on other voxels, but no finer than 4
 * voxels. Regions are a sixth of the grid in size, as they are there.
 *
 * Velocities have 16, 32 and 64 mm in place of 8, 16 and 32: splines keep all of their variance at the resolution that is
 * told, and at 8 mm and 3 mm outlines of heads have bumps that no person has. Beyond what is published: a small affine map, since pairs of people are seldom aligned better by what comes before a network; heads, half of
 * them without skull; axes that run either way.
 */
export function defaultSettings(
  dimensions: 2 | 3,
  sizeVoxels: Vec3 = dimensions === 2 ? [192, 224, 1] : [64, 80, 64],
  spacingMm: Vec3 = dimensions === 2 ? [1, 1, 1] : [3, 3, 3],
): SynthesisSettings {
  const size: Vec3 = dimensions === 2 ? [sizeVoxels[0], sizeVoxels[1], 1] : sizeVoxels;
  const voxelMm = (spacingMm[0] + spacingMm[1]) / 2;
  const inVoxels = (mm: number): number => Math.max(finestEveryVoxels, mm / voxelMm);
  return {
    dimensions,
    sizeVoxels: size,
    spacingMm,
    labelSources: ['shapes'],
    labelCount: 26,
    shapeEveryVoxels: inVoxels((Math.max(...size) * voxelMm) / 6),
    headCount: dimensions === 2 ? 24 : 6,
    headStrippedShare: 0.5,
    sameSubject: true,
    turnsRound: true,
    deformation: {
      stdVoxels: inMm.deformationStd / voxelMm,
      everyVoxels: inMm.deformation.map(inVoxels),
    },
    affine: { degrees: 5, scale: 0.05, shiftMm: 4 },
    contrast: 'other',
    alsoInFixedContrast: false,
    labelMeans: [25, 225],
    noiseStds: [5, 25],
    blurVoxels: 1,
    biasStd: 0.3,
    biasEveryVoxels: inVoxels(inMm.bias),
    gammaStd: 0.25,
    blackBackgroundShare: 0.2,
  };
}

/**
 * Settings for networks that are to register brains: three pairs in five show heads, three in four of these without skull, as
 * most brain images come; the other pairs keep a network from learning the generated head by heart. The pairs of heads have
 * labels of their own, so that `labelCount` of a pair depends on what it shows.
 */
export function brainSettings(
  dimensions: 2 | 3,
  sizeVoxels?: Vec3,
  spacingMm?: Vec3,
): SynthesisSettings {
  return {
    ...defaultSettings(dimensions, sizeVoxels, spacingMm),
    labelSources: ['head', 'head', 'head', 'shapes', 'tubes'],
    headStrippedShare: 0.75,
  };
}

/**
 * Settings for whole heads in two contrasts that stay what they are: T1- and T2-weighted images with the noise and the shading
 * of the generated heads, which are no more than a little brighter or darker from pair to pair.
 */
export function weightedHeadSettings(
  dimensions: 2 | 3,
  sizeVoxels?: Vec3,
  spacingMm?: Vec3,
): SynthesisSettings {
  return {
    ...defaultSettings(dimensions, sizeVoxels, spacingMm),
    labelSources: ['head'],
    headStrippedShare: 0,
    contrast: 't1-t2',
    noiseStds: [4, 8],
    biasStd: 0.15,
    gammaStd: 0.05,
  };
}
