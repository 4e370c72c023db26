import { z } from 'zod';
import { sameGrid } from '../../imaging/grid';
import { type Builder, gridAttributes, type ValueId } from '../../runtime/api/nodes/builder';
import { joinChannels, splitChannels } from '../../runtime/api/nodes/channels';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { choiceParameter, integerParameter } from '../../runtime/api/nodes/parameters';
import type { Comparison, PlacedImage } from '../../runtime/api/nodes/port-values';
import { weightParameter } from '../shared/objective-weight';
import { meanSquaresFactor } from './mean-over-channels';
import { ownPair, pairPorts } from './own-pair';

export const mindSsc = defineNode({
  type: 'similarity.mind-ssc',
  version: 1,
  title: 'Self-similarity context',
  section: 'similarity',
  synonyms: [
    'MIND',
    'MIND-SSC',
    'SSC',
    'modality independent',
    'descriptor',
    'multimodal',
    'ConvexAdam',
  ],
  documentation: {
    summary:
      'Mean squared difference of what each voxel’s neighbourhood looks like, in 12 numbers.',
    details: `Each voxel is described by how much the patches around its six neighbours differ from each other: twelve pairs
of neighbours on different axes. Where an edge runs, and which way, is seen in any contrast; how bright its sides are
is not. So CT is compared with MR, or MR with ultrasound, place by place, where mutual information would need one
relation of greys for the whole image. Within one contrast local correlation is cheaper and as good.

The descriptors of both images are made **once a level**, from the smoothed and shrunk images as they lie; those of the moving image are then
interpolated as an image is, not made anew from the warped one. That is what ConvexAdam does, and it is what makes it fast. A
map that turns by much would turn the neighbours along, and in images of much noise a rigid or affine stage by this
measure alone goes astray: take mutual information for these, and this one for the field. Neighbours and
patches are counted in voxels of the level, so that coarse levels see coarse structure. *Made of* whole images
they are made at full size first, which costs the memory of that, and then smoothed and shrunk: a level of shrink 2 still sees the
finest structure. ConvexAdam does so.

Outside a mask the image is continued by the mean of what counts nearby, so that the mask's own border is no edge. Of a
constant image all descriptors are 1: nothing is moved. A point without a partner costs as much as one whose partner
and channel are drawn at random.

**Memory**: 12 channels an image, 48 bytes a voxel, of fixed, moving and warped image: 330 MB each at
160×192×224. A device that cannot bind that much says so before the run; shrink by 2 at the finest level, as ConvexAdam does, and it is
an eighth. Images of several channels have 12 descriptors each.`,
    formula: String.raw`\mathcal{L} = \frac{1}{12\,N}\sum_{x,k}\big(S_k^F(x) - S_k^M(T(x))\big)^2,\qquad
S_k = \exp\!\Big(-\frac{d_k - \min_j d_j}{v}\Big),\quad
d_k(x) = \frac{1}{|P|}\sum_{p\in P}\big(I(x+p+a_k) - I(x+p+b_k)\big)^2`,
    references: [
      {
        text: 'Heinrich, Jenkinson, Papież, Brady, Schnabel: Towards realtime multimodal fusion for image-guided interventions using self-similarities, 2013',
        doi: '10.1007/978-3-642-40811-3_24',
      },
      {
        text: 'Heinrich, Jenkinson, Bhushan, Matin, Gleeson, Brady, Schnabel: MIND: Modality independent neighbourhood descriptor for multi-modal deformable registration, 2012',
        doi: '10.1016/j.media.2012.05.008',
      },
      {
        text: 'Siebert, Großbröhmer, Hansen, Heinrich: ConvexAdam: Self-configuring dual-optimization-based 3D multitask medical image registration, 2024',
        doi: '10.1109/TMI.2024.3462248',
      },
    ],
  },
  params: z.object({
    radiusVoxels: integerParameter({
      title: 'Patch radius',
      help: 'Half the patch whose differences are measured: larger is steadier against noise, and coarser.',
      unit: 'voxels',
      default: 1,
      min: 1,
      max: 5,
    }),
    dilationVoxels: integerParameter({
      title: 'Dilation',
      help: 'How far the six neighbours lie from the voxel: larger sees coarser structure.',
      unit: 'voxels',
      default: 2,
      min: 1,
      max: 8,
    }),
    madeOf: choiceParameter({
      title: 'Made of',
      help: 'Images of the level: coarse levels see coarse structure. Whole images: the finest structure, whose features are then smoothed and shrunk.',
      choices: ['level', 'whole'],
      default: 'level',
      advanced: true,
    }),
    weight: weightParameter(),
  }),
  inputs: pairPorts,
  outputs: {
    objective: { type: 'objective', doc: 'Weighted mean squared difference of descriptors.' },
  },
  lower: (b, images, { radiusVoxels, dilationVoxels, madeOf, weight: factor }, { nodeId }) => ({
    objective: {
      kind: 'objective',
      name: nodeId,
      weight: b.dial('weight', factor),
      on: 'images',
      isLocal: true,
      ...(madeOf === 'whole' ? { describesWholeImages: true } : {}),
      ...ownPair(images),
      squaresFactor: meanSquaresFactor,
      features(body, image, mask) {
        const attributes = { radiusVoxels, dilationVoxels };
        const described = splitChannels(body, image.image).map((channel) =>
          body.mindSsc(
            {
              image: continuedBeyond(body, { ...image, image: channel }, mask, attributes),
              range: body.intensityRange({ image: channel }),
            },
            attributes,
          ),
        );
        return joinChannels(body, described as [ValueId, ...ValueId[]]);
      },
      loss(body, comparison) {
        const { fixed, warped } = comparison.whole();
        return body.meanSquaredDifference({ fixed, warped, weight: comparison.domain.weight });
      },
      withoutPartner: costOfAnyPartner,
    },
  }),
});

/** The image where it counts; beyond, the weighted mean of what counts within the reach of a descriptor, and 0 further out. */
function continuedBeyond(
  b: Builder,
  { image, grid }: PlacedImage,
  mask: PlacedImage | undefined,
  { radiusVoxels, dilationVoxels }: Readonly<Record<'radiusVoxels' | 'dilationVoxels', number>>,
): ValueId {
  if (!mask) return image;
  const weight = sameGrid(mask.grid, grid)
    ? mask.image
    : b.sampleWeight(
        { source: mask.image },
        { ...gridAttributes(grid), interpolation: 'linear', outside: 'zero' },
      );
  const truncate = 3;
  const sigma = (radiusVoxels + dilationVoxels + 1) / truncate;
  const spread = (value: ValueId): ValueId =>
    b.gaussian(
      { value },
      { sigmaVoxels: [sigma, sigma, sigma], truncate, edges: 'zero', transposed: false },
    );
  return b.pointwise(
    { a: image, b: weight, c: spread(b.multiply({ a: image, b: weight })), d: spread(weight) },
    {
      expressions: [
        [
          '+',
          ['*', 'b', 'a'],
          ['*', ['-', 1, 'b'], ['select', ['<', 1e-6, 'd'], ['/', 'c', 'd'], 0]],
        ],
      ],
    },
  );
}

/** E f² + E m² − 2 · E f · E m over all that counts and all channels: a partner of which nothing is known. */
function costOfAnyPartner(b: Builder, { whole, domain }: Comparison): ValueId {
  const { fixedUnmoved, moving } = whole();
  const channels = b.typeOf(moving);
  const count = channels.kind === 'field' ? channels.channels : 1;
  const mean = (a: ValueId, weight: ValueId | undefined, power: 1 | 2): ValueId =>
    b.pointwiseMean(
      { a, weight },
      { terms: [['*', 1 / count, power === 1 ? 'a' : ['*', 'a', 'a']]] },
    );
  const ofFixed = domain.reference?.weight;
  return b.pointwise(
    {
      a: mean(fixedUnmoved, ofFixed, 2),
      b: mean(moving, domain.ofMoving, 2),
      c: mean(fixedUnmoved, ofFixed, 1),
      d: mean(moving, domain.ofMoving, 1),
    },
    { expressions: [['-', ['+', 'a', 'b'], ['*', 2, ['*', 'c', 'd']]]] },
  );
}
