import { z } from 'zod';
import type { Vec3 } from '../../imaging/frames';
import { deriveSeed } from '../../imaging/phantoms/random';
import { headLabelCount } from '../../imaging/synthesis/label-head';
import {
  brainSettings,
  defaultSettings,
  type SynthesisSettings,
  weightedHeadSettings,
} from '../../imaging/synthesis/settings';
import { createSynthesizer } from '../../imaging/synthesis/synthesize';
import { defineComputedNode } from '../../runtime/api/nodes/define-computed-node';
import {
  choiceParameter,
  flagParameter,
  integerListParameter,
  integerParameter,
  numberParameter,
} from '../../runtime/api/nodes/parameters';
import { shownPairOutputs, shownPairParameter, shownValues } from '../shared/shown-pair';

/** Validation pairs have numbers beyond those of any training. */
const firstValidationPair = 2 ** 30;

export const synthesize = defineComputedNode({
  type: 'network.synthesize',
  version: 1,
  title: 'Synthesize',
  section: 'network',
  synonyms: [
    'SynthMorph',
    'generator',
    'random shapes',
    'synthetic',
    'simulate',
    'dataset',
    'phantom',
  ],
  documentation: {
    summary:
      'Pairs of images without end, drawn from random maps of labels: a network learns from them without any data.',
    details: `For each pair a map of labels is drawn; a smooth map that does not fold and a small affine one bend it, once for each image; and every label gets a random brightness, with noise, blur,
a bias field and another gamma. With *Contrast: other* the two images have brightnesses of their own, as two MR sequences do: what a network learns then, by the overlap of labels, does not depend on
contrast. With *same* they have one, for intensity-based training. With *T1 and T2* the fixed images are T1-weighted and the moving ones T2-weighted whole heads: two contrasts that stay the same, as *Train translation* wants them;
*Labels of* has to be heads.

Objectives that compare intensities say little of two contrasts. With *Compare: one contrast* the network sees the two contrasts, and the objectives see the moving image as the
fixed one's scanner would have shown it: local correlation then says at every voxel where the other image has to go, which overlap of labels says along outlines only. Only images that are made
can be had in both.

**Shapes** are regions and tubes of all sizes that look like nothing in particular; **heads** are slices or volumes of a generated head, most of them without skull; **mixed** is some of each.

Wire *Dataset* to *Train*, and the maps of labels to *Label overlap*. The images and labels at the other ports are one pair, for you to look at: which one, says *Shown pair*.
Pairs depend on the seed and their number alone. The validation pairs are others of the same kind: how a network does on real images they do not say.`,
    references: [
      {
        text: 'Hoffmann, Billot, Greve, Iglesias, Fischl, Dalca: SynthMorph: Learning contrast-invariant registration without acquired images, 2022',
        doi: '10.1109/TMI.2021.3116879',
      },
      {
        text: 'Cao, Yang, Wang, Shen: Deep learning based inter-modality image registration supervised by intra-modality similarity, 2018',
        doi: '10.1007/978-3-030-00919-9_7',
      },
    ],
  },
  params: z.object({
    sizeVoxels: integerListParameter({
      title: 'Size',
      help: 'Voxels along x and y, or along x, y and z: two numbers make slices, three volumes.',
      unit: 'voxels',
      default: [192, 192],
      min: 16,
      max: 512,
      maxLength: 3,
    }),
    spacingMm: numberParameter({
      title: 'Spacing',
      help: 'Edge of a voxel.',
      unit: 'mm',
      default: 1,
      min: 0.05,
      max: 20,
    }),
    labels: choiceParameter({
      title: 'Labels of',
      help: 'Shapes like nothing in particular, generated heads, or some of each.',
      choices: ['shapes', 'heads', 'mixed'],
      default: 'mixed',
    }),
    contrast: choiceParameter({
      title: 'Contrast',
      help: 'Whether the two images of a pair show a label in brightnesses of their own, or in the same; or T1- and T2-weighted heads.',
      choices: ['other', 'same', 'T1 and T2'],
      default: 'other',
    }),
    compare: choiceParameter({
      title: 'Compare',
      help: 'What objectives see of a pair of two contrasts: the images as they are, or both in the contrast of the fixed one.',
      choices: ['images', 'one contrast'],
      default: 'images',
      advanced: true,
    }),
    ownAnatomy: flagParameter({
      title: 'Two people',
      help: 'Heads of a pair are those of two people, whose folds differ; off, one head is bent.',
      default: false,
    }),
    deformationMm: numberParameter({
      title: 'Deformation',
      help: 'Largest standard deviation of the random velocities at each of three resolutions.',
      unit: 'mm',
      default: 3,
      min: 0,
      max: 30,
    }),
    turnDegrees: numberParameter({
      title: 'Largest turn',
      help: 'Of each image about its middle, either way; between two images it is up to twice as much.',
      unit: '°',
      default: 5,
      min: 0,
      max: 90,
      advanced: true,
    }),
    shiftMm: numberParameter({
      title: 'Largest shift',
      help: 'Of each image along each axis, either way.',
      unit: 'mm',
      default: 4,
      min: 0,
      max: 200,
      advanced: true,
    }),
    scale: numberParameter({
      title: 'Largest scale',
      help: 'Of each image along each axis, as a share: 0.05 gives 0.95 to 1.05.',
      default: 0.05,
      min: 0,
      max: 0.5,
      advanced: true,
    }),
    validationPairs: integerParameter({
      title: 'Validation pairs',
      help: 'Pairs that are never learned from.',
      default: 8,
      min: 1,
      max: 100,
      advanced: true,
    }),
    seed: integerParameter({
      title: 'Seed',
      help: 'Of all pairs.',
      default: 1,
      min: 0,
      max: 1_000_000,
      advanced: true,
    }),
    shownPair: shownPairParameter(),
  }),
  inputs: {},
  outputs: {
    dataset: { type: 'dataset', doc: 'Pairs without end to learn from, and some to validate on.' },
    ...shownPairOutputs,
  },
  async compute(_, params, context) {
    const { sizeVoxels, spacingMm, deformationMm, validationPairs } = params;
    const [nx, ny, nz] = sizeVoxels;
    if (nx === undefined || ny === undefined) {
      return context.refuse({
        parameter: 'sizeVoxels',
        message: 'One number makes neither slices nor volumes.',
        remedy: 'Give two numbers for slices, three for volumes.',
      });
    }
    const dimensions = nz === undefined ? 2 : 3;
    const size: Vec3 = [nx, ny, nz ?? 1];
    const isWeighted = params.contrast === 'T1 and T2';
    if (isWeighted && params.labels !== 'heads') {
      context.refuse({
        parameter: 'contrast',
        message: 'T1 and T2 are contrasts of heads; shapes have no tissues.',
        remedy: 'Set *Labels of* to heads, or *Contrast* to other.',
      });
    }
    const initial = settingsFor(isWeighted ? 'weighted heads' : params.labels, dimensions, {
      size,
      edgeMm: spacingMm,
    });
    const { grid, pair } = createSynthesizer({
      ...initial,
      ...(params.contrast === 'T1 and T2' ? {} : { contrast: params.contrast }),
      alsoInFixedContrast: params.compare === 'one contrast',
      sameSubject: !params.ownAnatomy,
      deformation: { ...initial.deformation, stdVoxels: deformationMm / spacingMm },
      affine: { degrees: params.turnDegrees, scale: params.scale, shiftMm: params.shiftMm },
    });
    const isComparedInOne = params.contrast !== 'same' && params.compare === 'one contrast';
    const seedOf = (n: number): number => deriveSeed(params.seed, n);
    const validationPair = (n: number) => pair(seedOf(firstValidationPair + n));
    const shown = validationPair((params.shownPair - 1) % validationPairs);
    const labelCount = Math.max(initial.labelCount, headLabelCount);
    const ids = Array.from({ length: labelCount }, (__, label) => BigInt(label));
    return {
      dataset: {
        kind: 'dataset',
        grid,
        origin: `generated pairs: labels of ${params.labels}, contrast ${params.contrast}${isComparedInOne ? ', compared in one' : ''}${params.ownAnatomy ? ', two people' : ''}, deformation ${deformationMm} mm, seed ${params.seed}`,
        labelIds: ids,
        trainingPair: (n) => pair(seedOf(n)),
        validationPairs,
        validationPair,
      },
      ...shownValues(grid, shown, ids),
    };
  },
});

function settingsFor(
  labels: 'shapes' | 'heads' | 'mixed' | 'weighted heads',
  dimensions: 2 | 3,
  { size, edgeMm }: { readonly size: Vec3; readonly edgeMm: number },
): SynthesisSettings {
  const spacingMm: Vec3 = [edgeMm, edgeMm, edgeMm];
  if (labels === 'weighted heads') return weightedHeadSettings(dimensions, size, spacingMm);
  if (labels === 'shapes') {
    return { ...defaultSettings(dimensions, size, spacingMm), labelSources: ['shapes', 'tubes'] };
  }
  const settings = brainSettings(dimensions, size, spacingMm);
  return labels === 'mixed' ? settings : { ...settings, labelSources: ['head'] };
}
