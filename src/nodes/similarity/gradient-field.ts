import { z } from 'zod';
import type { Builder, Expression, ValueId } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { numberParameter } from '../../runtime/api/nodes/parameters';
import { weightParameter } from '../shared/objective-weight';
import { meanOverChannels } from './mean-over-channels';
import { ownPair, pairPorts } from './own-pair';

export const gradientField = defineNode({
  type: 'similarity.gradient-field',
  version: 1,
  title: 'Gradient field',
  section: 'similarity',
  synonyms: ['NGF', 'normalized gradient fields', 'edges', 'multimodal', 'CT', 'orientation'],
  documentation: {
    summary: 'How parallel the edges of both images run, whatever their contrast.',
    details: `At each voxel the gradients of both images, per mm, are divided by their own length, so that only the direction of
an edge is left; the squared cosine of the angle between them is averaged. Edges may go from dark to bright in one image and
from bright to dark in the other. It aligns CT with MR where mutual information is misled by brightness that drifts, since
it looks at no grey twice; within one contrast local correlation says more.

The **edge parameter** tells an edge from noise: a gradient counts half where it is η times the mean gradient of
its image. Raise it where images are noisy, lower it where faint edges have to count. An image without edges has
no gradient to compare: the value is 0 and nothing is moved.

It sees an edge only where the images' edges already overlap: begin with a coarse level, or by mutual information. With a
mask a voxel counts where all of its neighbours do. Written without the constant 1 that papers add, so
that what has no partner costs as much as what has no edge.

Of images of several channels it is the mean over channels, each with its partner.`,
    formula: String.raw`\mathcal{L} = -\frac{1}{N}\sum_x \frac{\langle\nabla F,\nabla W\rangle^2}
{(\lVert\nabla F\rVert^2+\varepsilon_F^2)\,(\lVert\nabla W\rVert^2+\varepsilon_W^2)},\qquad
\varepsilon_I = \frac{\eta}{N}\sum_x \lVert\nabla I(x)\rVert`,
    references: [
      {
        text: 'Haber, Modersitzki: Intensity gradient based registration and fusion of multi-modal images, 2006',
        doi: '10.1007/11866763_89',
      },
      {
        text: 'König, Rühaak: A fast and accurate parallel algorithm for non-linear image registration using normalized gradient fields, 2014',
        doi: '10.1109/ISBI.2014.6867937',
      },
    ],
  },
  params: z.object({
    edge: numberParameter({
      title: 'Edge parameter',
      help: 'Gradients of this many times their image’s mean count half: more ignores noise, less lets faint edges count.',
      default: 1,
      min: 0.01,
      max: 100,
    }),
    weight: weightParameter(),
  }),
  inputs: pairPorts,
  outputs: { objective: { type: 'objective', doc: 'Weighted negative likeness of directions.' } },
  lower: (b, images, { edge, weight: factor }, { nodeId }) => ({
    objective: {
      kind: 'objective',
      name: nodeId,
      weight: b.dial('weight', factor),
      on: 'images',
      isLocal: true,
      ...ownPair(images),
      loss(body, comparison, { voxelMm }) {
        const { domain } = comparison;
        const { hasHoles } = domain;
        const whole = (weight: ValueId) => (hasHoles ? wholeNeighbourhoods(body, weight) : weight);
        const weight = whole(domain.weight);
        const ofFixedImage = domain.reference && whole(domain.reference.weight);
        const ofMovingImage = domain.ofMoving && whole(domain.ofMoving);
        return meanOverChannels(body, comparison, ({ fixed, warped, fixedUnmoved, moving }) => {
          const ofFixed = leastSquared(body, fixedUnmoved, ofFixedImage, edge, voxelMm);
          const ofMoving = leastSquared(body, moving, ofMovingImage, edge, voxelMm);
          const cosine = body.pointwise(
            { a: direction(body, fixed, ofFixed), b: direction(body, warped, ofMoving) },
            { expressions: [sumOf((k) => ['*', `a.${k}`, `b.${k}`])] },
          );
          return body.pointwiseMean(
            { a: cosine, b: weight },
            { terms: [['neg', ['*', 'b', ['*', 'a', 'a']]]] },
          );
        });
      },
    },
  }),
});

const sumOf = (term: (axis: number) => Expression): Expression => [
  '+',
  ['+', term(0), term(1)],
  term(2),
];

const squaredLength = sumOf((axis) => ['*', `a.${axis}`, `a.${axis}`]);

function gradientOf(b: Builder, field: ValueId): ValueId {
  return b.fieldDerivatives({ field }, { order: 1, scheme: 'central' });
}

/** ∇I / √(‖∇I‖² + ε²) */
function direction(b: Builder, image: ValueId, least: ValueId): ValueId {
  const length: Expression = ['sqrt', ['+', squaredLength, 'b']];
  return b.pointwise(
    { a: gradientOf(b, image), b: least },
    { expressions: [0, 1, 2].map((axis): Expression => ['/', `a.${axis}`, length]) },
  );
}

/**
 * ε² of an image as it lies: the mean length of its gradient times η, squared. Gradients that rounding alone makes of a flat
 * image stay far below.
 */
function leastSquared(
  b: Builder,
  image: ValueId,
  weight: ValueId | undefined,
  edge: number,
  voxelMm: number,
): ValueId {
  const mean = b.pointwiseMean(
    { a: gradientOf(b, image), weight },
    { terms: [['*', edge, ['sqrt', squaredLength]]] },
  );
  const range = b.intensityRange({ image });
  const noise: Expression = ['*', 1e-4 / voxelMm, ['max', ['abs', 'b.0'], ['abs', 'b.1']]];
  return b.pointwise(
    { a: mean, b: range },
    { expressions: [['+', ['+', ['*', 'a', 'a'], ['*', noise, noise]], 1e-30]] },
  );
}

/** Voxels in the window of a voxel and its neighbours. */
const neighbourhood = 27;

/** The weight, and 0 where that of a neighbour is 0: gradients look there, and a mask hides it. */
function wholeNeighbourhoods(b: Builder, weight: ValueId): ValueId {
  const { mean } = b.windowStatistics({ image: weight }, { radiusVoxels: 1 });
  return b.pointwise(
    { a: weight, b: mean },
    {
      expressions: [['*', 'a', ['max', 0, ['-', 1, ['*', neighbourhood, ['-', 1, 'b']]]]]],
    },
  );
}
