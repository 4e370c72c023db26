import { z } from 'zod';
import { type Grid, spacingMm } from '../../imaging/grid';
import type { Builder, Expression, ValueId } from '../../runtime/api/nodes/builder';
import { channelCount } from '../../runtime/api/nodes/channels';
import { defineNode, type LoweringContext } from '../../runtime/api/nodes/define-node';
import { choiceParameter, numberParameter } from '../../runtime/api/nodes/parameters';
import { resample } from '../registration/resample';
import { firstDerivativesMemory } from '../shared/derivatives-memory';
import {
  components,
  difference,
  energyPart,
  J,
  product,
  scaled,
  squared,
  squaredSlopes,
  sum,
} from '../shared/field-energy';
import { weightParameter } from '../shared/objective-weight';
import { placePorts } from '../shared/place-weight';
import { refuseWideGaussian } from '../shared/wide-gaussian';

export const edgeWeightedDiffusion = defineNode({
  type: 'regularizer.edge-weighted-diffusion',
  version: 1,
  title: 'Edge-weighted diffusion',
  section: 'regularizer',
  synonyms: ['anisotropic diffusion', 'image-driven', 'Nagel-Enkelmann', 'Perona-Malik', 'edges'],
  documentation: {
    summary:
      'Diffusion that lets go at the edges of the fixed image: organs move apart, tissue moves together.',
    details: `The slope of the field costs less where the fixed image has a strong edge. *Every direction* lets go of all slopes
there; *across* only of the slope across the edge, so that what lies along an edge still moves alike.

What a strong edge is, the image itself says: its gradient is measured against the root of the mean of its square, so that the units of the
intensities do not matter, and an image without any edge gives plain diffusion. *Contrast* sets where it begins: at 1, an edge
of that mean strength halves the weight. Noise has edges too: smooth it away by *smoothing*.

Edges within an organ are edges as well: where a field tears along a bright vessel, raise the contrast or take *Diffusion*. The
image is that of the level, so that coarse levels see coarse edges; of several channels all count. Weights are
those of *Diffusion* or a few times more. It acts on the displacement, of a velocity model on the velocity.

${firstDerivativesMemory}`,
    formula: String.raw`\mathcal{L} = \frac{1}{N}\sum_x \frac12\sum_k \nabla u_k^{\top} D\,\nabla u_k,\qquad
D = \frac{\kappa^2}{\kappa^2+\lVert\nabla F\rVert^2}\,I \quad\text{or}\quad I - \frac{\nabla F\,\nabla F^{\top}}{\kappa^2+\lVert\nabla F\rVert^2},\qquad
\kappa^2 = c^2\,\frac{1}{N}\sum_x\lVert\nabla F\rVert^2`,
    references: [
      {
        text: 'Nagel, Enkelmann: An investigation of smoothness constraints for the estimation of displacement vector fields from image sequences, 1986',
        doi: '10.1109/TPAMI.1986.4767833',
      },
      {
        text: 'Hermosillo, Chefd’hotel, Faugeras: Variational methods for multimodal image matching, 2002',
        doi: '10.1023/A:1020830525823',
      },
    ],
  },
  params: z.object({
    weight: weightParameter(0.2),
    lets: choiceParameter({
      title: 'Lets go',
      help: 'At an edge, of slopes in every direction, or of the slope across it alone.',
      choices: ['every direction', 'across'],
      default: 'every direction',
    }),
    contrast: numberParameter({
      title: 'Contrast',
      help: 'Strength of an edge, in root mean squares of the image’s gradient, that halves the weight; more lets go at fewer edges.',
      default: 1,
      min: 0.05,
      max: 100,
    }),
    smoothMm: numberParameter({
      title: 'Smoothing',
      help: 'Standard deviation of the Gaussian on the image before its edges are taken.',
      unit: 'mm',
      default: 1,
      min: 0,
      max: 50,
      advanced: true,
    }),
  }),
  inputs: placePorts,
  outputs: { objective: { type: 'objective', doc: 'Weighted mean squared slope off edges.' } },
  lower(b, places, { weight, lets, contrast, smoothMm }, context) {
    const isAcross = lets === 'across';
    const energy = (channels: number): Expression =>
      isAcross ? difference(squaredSlopes, slopesAlong(channels)) : product('e', squaredSlopes);
    const part = energyPart(
      b,
      context.nodeId,
      b.dial('weight', weight),
      {
        order: 1,
        terms: (body, { fixed }) => [scaled(0.5, energy(channelCount(body, fixed)))],
        given: (body, { fixed, grid }, fieldGrid) => {
          const edges = edgesOf(body, fixed, grid, smoothMm, context);
          const found = (isAcross ? across : everywhere)(body, edges, contrast);
          return resample(body, found, fieldGrid);
        },
      },
      places,
    );
    return { objective: part };
  },
});

interface Edges {
  /** Gradient of each channel, three numbers each. */
  readonly gradient: ValueId;
  /** Σ of the squares of all of it, and its mean over the image: one scalar. */
  readonly squares: ValueId;
  readonly mean: ValueId;
}

function edgesOf(
  b: Builder,
  image: ValueId,
  grid: Grid,
  smoothMm: number,
  context: LoweringContext,
): Edges {
  const sigmaVoxels = spacingMm(grid).map((edge, axis) =>
    grid.sizeVoxels[axis] === 1 ? 0 : smoothMm / edge,
  );
  refuseWideGaussian(sigmaVoxels, 'smoothMm', context);
  const smooth =
    smoothMm > 0
      ? b.gaussian(
          { value: image },
          { sigmaVoxels, truncate: 3, edges: 'renormalize', transposed: false },
        )
      : image;
  const gradient = b.fieldDerivatives({ field: smooth }, { order: 1, scheme: 'forward' });
  const terms = Array.from({ length: channelCount(b, gradient) }, (_, i) => squared(`a.${i}`));
  const squares = b.pointwise({ a: gradient }, { expressions: [sum(...(terms as [Expression]))] });
  return { gradient, squares, mean: b.pointwiseMean({ a: squares }, { terms: ['a'] }) };
}

/** 1 / (1 + |∇F|²/κ²), one channel; 1 where the image has no edges at all. */
function everywhere(b: Builder, { squares, mean }: Edges, contrast: number): ValueId {
  const ratio: Expression = ['/', 'a', scaled(contrast ** 2, 'b')];
  const weight: Expression = ['select', ['<', 0, 'b'], ['/', 1, ['+', 1, ratio]], 1];
  return b.pointwise({ a: squares, b: mean }, { expressions: [weight] });
}

/** ∇F / √(κ² + |∇F|²), three numbers a channel of the image; 0 where it has no edges at all. */
function across(b: Builder, { gradient, squares, mean }: Edges, contrast: number): ValueId {
  const length: Expression = ['sqrt', ['+', scaled(contrast ** 2, 'c'), 'b']];
  const along: Expression = ['select', ['<', 0, 'c'], ['/', 'a', length], 0];
  return b.pointwise({ a: gradient, b: squares, c: mean }, { expressions: [along] });
}

/** Σ over channels c and components k of (e_c · ∇u_k)². */
function slopesAlong(channels: number): Expression {
  const terms = Array.from({ length: channels }, (_, channel) =>
    components.map((k) => {
      const [x, y, z] = components.map((i) => product(`e.${3 * channel + i}`, J(k, i)));
      return squared(sum(x as Expression, y as Expression, z as Expression));
    }),
  ).flat();
  return sum(...(terms as [Expression]));
}
