import { z } from 'zod';
import type { PackedCase } from '../../imaging/cases/read-cases';
import { describeProblem } from '../../imaging/problem-messages';
import {
  type CasePairs,
  casePairs,
  type PairsLack,
  type PairsOf,
} from '../../imaging/synthesis/case-pairs';
import type { CasePair } from '../../imaging/synthesis/cases';
import { planesOf } from '../../imaging/volume';
import type { ComputeContext, TrainingPair } from '../../runtime/api/nodes/computed-values';
import { defineComputedNode } from '../../runtime/api/nodes/define-computed-node';
import type { LoweringProblem } from '../../runtime/api/nodes/lowering-problem';
import {
  choiceParameter,
  integerListParameter,
  integerParameter,
  numberParameter,
} from '../../runtime/api/nodes/parameters';
import { shownPairOutputs, shownPairParameter, shownValues } from '../shared/shown-pair';
import { type GivenCase, type SeenCase, seeCases } from '../shared/training-cases';

export const dataset = defineComputedNode({
  type: 'network.dataset',
  version: 1,
  title: 'Dataset',
  section: 'network',
  synonyms: [
    'images',
    'cases',
    'subjects',
    'cohort',
    'training data',
    'validation',
    'split',
    'atlas',
    'own data',
  ],
  documentation: {
    summary: 'Pairs of your own images, for a network to learn from, with others to validate on.',
    details: `Load a folder or a table with *Load cases* and wire it to *Cases*; or wire single images to *Images*, and the labels of each to *Labels* in the same order: the first labels belong to the first image. Where only some
images have labels, wire these first; pairs of which one has none teach without labels. Labels of all cases are known by their numbers.

Every image is brought to one grid as *Predict* does it: *Size* and *Spacing* about the middle of the image, axes along those of the body, intensities from 0 to 1 (the least to the 99th
percentile), labels by the nearest voxel. What lies beyond is not seen; much of it is told. Networks bend and do not turn: images that lie very differently should be aligned before.

**Pairs** are *all* ordered pairs of two cases; or every case *onto the first*, which is an atlas: an image that is wired alone, else the first of the folder or table; or those
*within groups*, such as two scans of one person. Cases of one group are never parted. Cases, not pairs, are set apart to validate on: no validation pair
shares an image with what is learned from, but for the atlas. With *all* that takes two cases to learn from and two to validate on; with *onto-first* the atlas, one and one.

The images and labels at the other ports are one validation pair, for you to look at, and in training the pair of the step: wire the labels to *Label overlap* for weak supervision.
It takes 4 bytes a voxel of the grid and case, 8 with labels, whatever the files take; *Augment* makes more of few cases.`,
    references: [
      {
        text: 'Balakrishnan, Zhao, Sabuncu, Guttag, Dalca: VoxelMorph: A learning framework for deformable medical image registration, 2019',
        doi: '10.1109/TMI.2019.2897538',
      },
    ],
  },
  params: z.object({
    sizeVoxels: integerListParameter({
      title: 'Size',
      help: 'Voxels along x and y of slices, x, y and z of volumes. 0 reaches around the first image, up to a multiple of 16, which networks want.',
      unit: 'voxels',
      default: [0],
      min: 0,
      max: 1024,
      maxLength: 3,
    }),
    spacingMm: numberParameter({
      title: 'Spacing',
      help: 'Edge of a voxel; 0 takes the voxels of the first image. A coarser one makes training faster.',
      unit: 'mm',
      default: 0,
      min: 0,
      max: 20,
    }),
    pairs: choiceParameter({
      title: 'Pairs',
      help: 'Any two cases in either order, every case onto the first one (an atlas), or any two of one group.',
      choices: ['all', 'onto-first', 'within-groups'],
      default: 'all',
    }),
    validationShare: numberParameter({
      title: 'Validation share',
      help: 'Share of the cases that are never learned from; more are taken where they would make no pair.',
      default: 0.2,
      min: 0.01,
      max: 0.9,
    }),
    validationPairs: integerParameter({
      title: 'Validation pairs',
      help: 'Pairs of these cases that are looked at, at most.',
      default: 8,
      min: 1,
      max: 100,
      advanced: true,
    }),
    seed: integerParameter({
      title: 'Seed',
      help: 'Of the choice of cases, and of the order of pairs.',
      default: 1,
      min: 0,
      max: 1_000_000,
      advanced: true,
    }),
    shownPair: shownPairParameter(),
  }),
  inputs: {
    cases: {
      type: 'cases',
      many: true,
      optional: true,
      doc: 'Folders or tables of images, after the images that are wired alone.',
    },
    images: {
      type: 'image',
      many: true,
      optional: true,
      doc: 'The images, one channel each, of any voxels.',
    },
    labels: {
      type: 'labels',
      many: true,
      optional: true,
      inOrder: true,
      doc: 'Labels of the first images, in their order; by the same numbers in all.',
    },
  },
  outputs: {
    dataset: { type: 'dataset', doc: 'Pairs to learn from, and some to validate on.' },
    ...shownPairOutputs,
    report: { type: 'table', doc: 'Cases of each part, labels, and memory in MiB.' },
  },
  async compute({ cases: loaded, images, labels }, params, context) {
    if (labels.length > images.length) {
      context.refuse({
        port: 'labels',
        message: `There are ${labels.length} maps of labels for ${images.length} images.`,
        remedy: 'Wire as many labels as images, in the same order, or fewer.',
      });
    }
    const wired = images.map((image, index): GivenCase => {
      const own = labels[index];
      return {
        name: `Image ${index + 1}`,
        port: 'images',
        read: async () => ({ image, ...(own && { labels: own }) }),
      };
    });
    const given = [
      ...wired,
      ...loaded.flatMap(({ cases }) => cases.map((one) => packed(one, context))),
    ];
    const found = casePairs(given, params);
    if (typeof found === 'string') return context.refuse(lacking(found, params.pairs, given));
    const { grid, labelIds, cases, bytes } = await seeCases(given, params, context);
    const labelled = cases.filter((one) => one.labels).length;
    if (labelled > 0 && labelled < cases.length) {
      context.warn({
        about: 'dataset-labels',
        port: given[cases.findIndex((one) => !one.labels)]?.port === 'cases' ? 'cases' : 'labels',
        message: `Only ${labelled} of ${cases.length} images have labels; pairs with another teach without.`,
        remedy: 'Bind labels to all of them where there are any.',
      });
    }
    const pair = pairMaker(cases);
    const validationPair = (n: number) => pair(found.validation[n] ?? { fixed: 0, moving: 0 });
    const shown = validationPair((params.shownPair - 1) % found.validation.length);
    return {
      dataset: {
        kind: 'dataset',
        grid,
        // Of people's images no name is told: a network's file may be given on.
        origin: `${cases.length} images, ${cases.filter((one) => one.labels).length} with labels, pairs ${params.pairs}, seed ${params.seed}`,
        ...(labelIds && { labelIds }),
        trainingPair: (n) => pair(found.training(n)),
        validationPairs: found.validation.length,
        validationPair,
      },
      ...shownValues(grid, shown, labelIds),
      report: reportOf(found, cases.length, (labelIds?.length ?? 1) - 1, bytes),
    };
  },
});

/** A case that is read when it is its turn, and not kept. */
function packed(one: PackedCase, context: Pick<ComputeContext, 'refuse' | 'signal'>): GivenCase {
  const { name, split, group } = one;
  return {
    name,
    port: 'cases',
    ...(split && { split }),
    ...(group !== undefined && { group }),
    async read() {
      const found = await one.read(context.signal);
      if (!found.ok) return context.refuse({ port: 'cases', ...describeProblem(found.problem) });
      const { image, labels } = found;
      return {
        image: { kind: 'image', grid: image.grid, planes: planesOf(image) },
        ...(labels && { labels }),
      };
    },
  };
}

function pairMaker(cases: readonly SeenCase[]) {
  return (pair: CasePair): TrainingPair => {
    const [fixed, moving] = [cases[pair.fixed], cases[pair.moving]] as [SeenCase, SeenCase];
    return {
      fixed: fixed.image,
      moving: moving.image,
      ...(fixed.labels &&
        moving.labels && { fixedLabels: fixed.labels, movingLabels: moving.labels }),
    };
  };
}

function lacking(lack: PairsLack, pairs: PairsOf, given: readonly GivenCase[]): LoweringProblem {
  const cases = given.length;
  const port = given[0]?.port ?? 'cases';
  if (cases === 0) {
    return {
      port,
      message: 'There are no images.',
      remedy: 'Wire loaders of images to it, or one of cases.',
    };
  }
  if (pairs === 'within-groups') {
    return {
      port,
      message:
        lack === 'groups'
          ? 'No two cases belong to one group.'
          : 'Pairs within groups take two groups of two cases: one to learn from, one to validate on.',
      remedy: 'Load cases by a table with a column group, or name them by sub-, as BIDS does.',
    };
  }
  const needed =
    pairs === 'all'
      ? 'two to learn from and two to validate on'
      : 'the first, one to learn from and one to validate on';
  const alternative = pairs === 'all' ? ', or take them onto the first one' : '';
  return {
    port,
    message: `${cases === 1 ? 'One case makes' : `${cases} cases make`} too few pairs: it takes ${needed}.`,
    remedy: `Wire more images${cases > 2 ? alternative : ''}${lack === 'training' && cases > 4 ? ', or set fewer apart' : ''}.`,
  };
}

function reportOf(found: CasePairs, cases: number, labels: number, bytes: number) {
  return {
    kind: 'table',
    rows: [
      { name: 'dataset.cases', value: cases },
      { name: 'dataset.training', value: found.trainingCases },
      { name: 'dataset.validation', value: found.validationCases },
      { name: 'dataset.labels', value: labels },
      { name: 'dataset.mebibytes', value: bytes / 2 ** 20 },
    ],
  } as const;
}
