import { z } from 'zod';
import type { Builder, Expression, ValueId } from '../../runtime/api/nodes/builder';
import { channelOf, joinChannels, meanOf, splitChannels } from '../../runtime/api/nodes/channels';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { numberParameter } from '../../runtime/api/nodes/parameters';
import { requireSameChannels, requireSameGrid } from '../shared/same-grid';

/** Windows end here, in standard deviations: at 1.5 voxels they are 11 wide. */
const truncate = 3.3;

export const evaluateStructuralSimilarity = defineNode({
  type: 'evaluate.structural-similarity',
  version: 1,
  title: 'Measure structural similarity',
  section: 'evaluate',
  synonyms: ['SSIM', 'structure', 'perceptual', 'image quality', 'quality', 'metric'],
  documentation: {
    summary: 'How alike two images look window by window, in brightness, contrast and structure.',
    details: `Reports \`ssim.mean\`, 1 for equal images, about 0 for unlike ones and below for inverted contrast, and gives the map. Means, variances and
covariance are weighed by a Gaussian of 1.5 voxels, cut off at a window of 11, as in the publication; its two constants
are 0.01 and 0.03 of the range L of the fixed image.

It asks for the same contrast and units in both images: normalize both alike. A sharp image beside a blurred one reads low although both lie
alike, so judge registrations by it only with equal interpolation. Background that is the same everywhere in both images counts as
perfectly alike; wire a mask to leave it out.

Voxels, not mm, make the window. At the border the window goes on with what is left of it, so that all voxels count; other programs
leave a border out and differ in the third digit. Where the fixed image is the same everywhere, L is taken as 1. Under an empty mask nothing
is measured: −1. Of several channels each is compared with its partner; the map has all, the mean is over all.`,
    formula: String.raw`\mathrm{SSIM} = \frac{(2\mu_F\mu_W + C_1)(2\sigma_{FW} + C_2)}
{(\mu_F^2 + \mu_W^2 + C_1)(\sigma_F^2 + \sigma_W^2 + C_2)}`,
    references: [
      {
        text: 'Wang, Bovik, Sheikh, Simoncelli: Image quality assessment: from error visibility to structural similarity, 2004',
        doi: '10.1109/TIP.2003.819861',
      },
    ],
  },
  params: z.object({
    sigmaVoxels: numberParameter({
      title: 'Window',
      help: 'Standard deviation of the window; larger ones look at coarser structure.',
      unit: 'voxels',
      default: 1.5,
      min: 0.5,
      max: 8,
    }),
  }),
  inputs: {
    fixed: { type: 'image', doc: 'The fixed image.' },
    warped: { type: 'image', doc: 'The warped image, on the same grid.' },
    mask: { type: 'mask', doc: 'Where the map is averaged, on the same grid.', optional: true },
  },
  outputs: {
    map: { type: 'image', doc: 'Similarity at every voxel.' },
    table: { type: 'table', doc: '`ssim.mean`, between −1 and 1.' },
  },
  lower(b, { fixed, warped, mask }, { sigmaVoxels }, context) {
    requireSameGrid(context, fixed.grid, warped.grid, 'warped');
    requireSameChannels(context, fixed, warped, 'warped');
    if (mask) requireSameGrid(context, fixed.grid, mask.grid, 'mask');
    const maps = splitChannels(b, fixed.image).map((channel, at) =>
      similarityMap(b, channel, channelOf(b, warped.image, at), sigmaVoxels),
    ) as [ValueId, ...ValueId[]];
    const means = maps.map((map) => meanWhere(b, map, mask?.mask)) as [ValueId, ...ValueId[]];
    const { grid, channels } = fixed;
    return {
      map: { kind: 'image', grid, channels, image: joinChannels(b, maps) },
      table: {
        kind: 'table',
        rows: [{ name: 'ssim.mean', scalars: meanOf(b, means), index: 0 }],
      },
    };
  },
});

function meanWhere(b: Builder, map: ValueId, mask: ValueId | undefined): ValueId {
  if (mask === undefined) return b.pointwiseMean({ a: map }, { terms: ['a'] });
  const sum = b.pointwiseMean({ a: map, b: mask }, { terms: [['*', 'a', 'b']] });
  const { mean } = b.meanWeight({ weight: mask });
  return b.pointwise(
    { a: sum, b: mean },
    { expressions: [['select', ['<', 0, 'b'], ['/', 'a', 'b'], -1]] },
  );
}

const product = (x: Expression, y: Expression): Expression => ['*', x, y];
const plus = (x: Expression, y: Expression): Expression => ['+', x, y];

function similarityMap(b: Builder, fixed: ValueId, warped: ValueId, sigmaVoxels: number): ValueId {
  const range = b.intensityRange({ image: fixed });
  // In units of the range, and from its lowest value on: variances then keep their digits.
  const width: Expression = ['select', ['<', 'b.0', 'b.1'], ['-', 'b.1', 'b.0'], 1];
  const counted = (image: ValueId) =>
    b.pointwise({ a: image, b: range }, { expressions: [['/', ['-', 'a', 'b.0'], width]] });
  const lowest = b.pointwise({ b: range }, { expressions: [['/', 'b.0', width]] });
  const smooth = (value: ValueId) =>
    b.gaussian(
      { value },
      {
        sigmaVoxels: [sigmaVoxels, sigmaVoxels, sigmaVoxels],
        truncate,
        edges: 'renormalize',
        transposed: false,
      },
    );
  const [f, w] = [counted(fixed), counted(warped)];
  const smoothProduct = (one: ValueId, other: ValueId) =>
    smooth(b.pointwise({ a: one, b: other }, { expressions: [product('a', 'b')] }));
  const read = {
    a: smooth(f),
    b: smooth(w),
    c: smoothProduct(f, f),
    d: smoothProduct(w, w),
    e: smoothProduct(f, w),
    f: lowest,
  };
  const [meanF, meanW] = [plus('a', 'f'), plus('b', 'f')] as const;
  const variance = (square: Expression, mean: Expression): Expression => [
    'max',
    ['-', square, product(mean, mean)],
    0,
  ];
  const covariance: Expression = ['-', 'e', product('a', 'b')];
  const [c1, c2] = [0.01 ** 2, 0.03 ** 2];
  const above = product(
    plus(product(2, product(meanF, meanW)), c1),
    plus(product(2, covariance), c2),
  );
  const below = product(
    plus(plus(product(meanF, meanF), product(meanW, meanW)), c1),
    plus(plus(variance('c', 'a'), variance('d', 'b')), c2),
  );
  return b.pointwise(read, { expressions: [['/', above, below]] });
}
