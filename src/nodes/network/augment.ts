import { z } from 'zod';
import { type Grid, spacingMm } from '../../imaging/grid';
import { deriveSeed } from '../../imaging/phantoms/random';
import { type AugmentationSettings, augment } from '../../imaging/synthesis/augment';
import { finestEveryVoxels } from '../../imaging/synthesis/settings';
import type { TrainingPair } from '../../runtime/api/nodes/computed-values';
import { defineComputedNode } from '../../runtime/api/nodes/define-computed-node';
import {
  choiceParameter,
  flagParameter,
  integerParameter,
  numberParameter,
} from '../../runtime/api/nodes/parameters';
import { shownPairOutputs, shownValues } from '../shared/shown-pair';

const params = z.object({
  flips: choiceParameter({
    title: 'Flips',
    help: 'Turns both images round along x (left and right), or along every axis, each by a coin.',
    choices: ['none', 'x', 'all'],
    default: 'none',
  }),
  degrees: numberParameter({
    title: 'Rotation',
    help: 'Largest turn about each axis.',
    unit: 'degrees',
    default: 5,
    min: 0,
    max: 180,
  }),
  scalePercent: numberParameter({
    title: 'Scale',
    help: 'Largest change of size along each axis.',
    unit: '%',
    default: 5,
    min: 0,
    max: 50,
  }),
  shiftMm: numberParameter({
    title: 'Shift',
    help: 'Largest shift along each axis.',
    unit: 'mm',
    default: 4,
    min: 0,
    max: 100,
  }),
  deformationMm: numberParameter({
    title: 'Deformation',
    help: 'Largest standard deviation of the random velocities at each of two resolutions; nothing folds.',
    unit: 'mm',
    default: 2,
    min: 0,
    max: 30,
  }),
  together: flagParameter({
    title: 'Move together',
    help: 'Both images are moved by one map, as if both people were others; off, each by its own.',
    default: false,
  }),
  blurMm: numberParameter({
    title: 'Blur',
    help: 'Largest standard deviation of a Gaussian, drawn for each axis and image.',
    unit: 'mm',
    default: 0.5,
    min: 0,
    max: 20,
  }),
  biasStd: numberParameter({
    title: 'Bias',
    help: 'Largest standard deviation of the logarithm of a smooth shading.',
    default: 0.2,
    min: 0,
    max: 2,
  }),
  noiseStd: numberParameter({
    title: 'Noise',
    help: 'Largest standard deviation of noise, of images from 0 to 1.',
    default: 0.03,
    min: 0,
    max: 1,
  }),
  gammaStd: numberParameter({
    title: 'Gamma',
    help: 'Standard deviation of the logarithm of the exponent that intensities are raised to.',
    default: 0.15,
    min: 0,
    max: 2,
  }),
  seed: integerParameter({
    title: 'Seed',
    help: 'With the number of a pair it says what is done to that pair.',
    default: 1,
    min: 0,
    max: 1_000_000,
    advanced: true,
  }),
  shownPair: integerParameter({
    title: 'Shown pair',
    help: 'Which of the pairs to learn from the ports of images and labels show, from 1.',
    default: 1,
    min: 1,
    max: 10_000,
    advanced: true,
  }),
});

export const augmentDataset = defineComputedNode({
  type: 'network.augment',
  version: 1,
  title: 'Augment',
  section: 'network',
  synonyms: [
    'augmentation',
    'random',
    'elastic',
    'flip',
    'gamma',
    'noise',
    'bias field',
    'more data',
  ],
  documentation: {
    summary: 'Alters every pair of a dataset at random, so that a network sees more than there is.',
    details: `Each pair to learn from is moved (flips, an affine map, a smooth deformation that does not fold) and then looks as if another scanner had taken it (blur, shading,
noise, gamma). Labels go with their image, each voxel taking the nearest one. What is done depends on *Seed* and the number of the pair alone: the same training is the same to the bit, and
the pairs of a dataset that begins anew are altered otherwise the second time.

Pairs to validate on stay as they are: they say how the network does on images as they come.

Moved each by its own map, two images of one network's *Pairs* lie further apart than they did, which a network has to bridge: keep rotation and shift to what an affine registration
leaves, or *Move together*. Few cases need much of it, thousands little. For images of no person at all see *Synthesize*.

The images and labels at the other ports are one altered pair, for you to look at, and in training the pair of the step: wire labels to *Label overlap* from here, not from the
dataset before.`,
    references: [
      {
        text: 'Balakrishnan, Zhao, Sabuncu, Guttag, Dalca: VoxelMorph: A learning framework for deformable medical image registration, 2019',
        doi: '10.1109/TMI.2019.2897538',
      },
    ],
  },
  params,
  inputs: { dataset: { type: 'dataset', doc: 'Pairs of images, such as those of Dataset.' } },
  outputs: {
    dataset: {
      type: 'dataset',
      doc: 'The same pairs, altered; those to validate on as they were.',
    },
    ...shownPairOutputs,
  },
  async compute({ dataset }, chosen) {
    const { grid, labelIds, trainingPair } = dataset;
    const settings = settingsFor(grid, chosen);
    const altered = (n: number): TrainingPair => {
      // What is aligned with the fixed image as it was is not with the altered one.
      const { aligned: _, ...pair } = trainingPair(n);
      return augment({ grid, ...pair }, settings, deriveSeed(chosen.seed, n));
    };
    return {
      dataset: {
        ...dataset,
        origin: `${dataset.origin}, augmented with seed ${chosen.seed}`,
        trainingPair: altered,
      },
      ...shownValues(grid, altered(chosen.shownPair - 1), labelIds),
    };
  },
});

/** Millimetres as voxels of the grid; smooth fields have the resolutions that `mildAugmentation` has at 1 mm. */
function settingsFor(grid: Grid, chosen: z.output<typeof params>): AugmentationSettings {
  const [x, y] = spacingMm(grid);
  const voxelMm = (x + y) / 2;
  const everyVoxels = (mm: number) => Math.max(finestEveryVoxels, mm / voxelMm);
  const axes = grid.sizeVoxels[2] === 1 ? ([0, 1] as const) : ([0, 1, 2] as const);
  return {
    flipAxes: { none: [], x: [0] as const, all: axes }[chosen.flips],
    affine: {
      degrees: chosen.degrees,
      scale: chosen.scalePercent / 100,
      shiftMm: chosen.shiftMm,
    },
    deformation: {
      stdVoxels: chosen.deformationMm / voxelMm,
      everyVoxels: [16, 32].map(everyVoxels),
    },
    movesTogether: chosen.together,
    blurVoxels: chosen.blurMm / voxelMm,
    biasStd: chosen.biasStd,
    biasEveryVoxels: everyVoxels(40),
    noiseStd: chosen.noiseStd,
    gammaStd: chosen.gammaStd,
  };
}
