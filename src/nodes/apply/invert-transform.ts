import { z } from 'zod';
import { spacingMm } from '../../imaging/grid';
import {
  type Builder,
  gridAttributes,
  type Judge,
  type ValueId,
} from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { integerParameter } from '../../runtime/api/nodes/parameters';
import { inverseAffine, turnField } from '../registration/chain-transforms';

/** Of the shortest edge of a voxel: an inverse that is farther off is doubted. */
const doubtedVoxels = 0.5;

export const invertTransform = defineNode({
  type: 'transform.invert',
  version: 1,
  title: 'Invert transform',
  section: 'apply',
  synonyms: ['inverse', 'backward', 'reverse', 'fixed point', 'InvertDisplacementField'],
  documentation: {
    summary: 'The transform that leads back: from the moving to the fixed world.',
    details: `An affine is inverted exactly. A displacement is inverted by a fixed point: each step looks how far off a point lands, and corrects by
that. A field that the model has inverted already (a velocity field has) is where it begins; otherwise at zero.

The table has \`inverse.meanMm\` and \`inverse.maximumMm\`, by how much the way there and back misses on the grid of the transform. A field that folds has no
inverse, and one that stretches by more than twice does not settle: more than half a voxel at the worst is warned of. At the edge, where the field
goes on as its last voxel, the error is largest.

The inverse lives on the grid of *moving*, if wired (so that it covers the moving image), else on that of the transform. Use it to bring labels or
points from the fixed to the moving image.`,
    formula: String.raw`w_{k+1} = w_k - \big(w_k + u\circ(\mathrm{id} + w_k)\big)`,
    references: [
      {
        text: 'Chen, Lu, Chen, Ruchala, Olivera: A simple fixed-point approach to invert a deformation field, 2008',
        doi: '10.1118/1.2816107',
      },
    ],
  },
  params: z.object({
    iterations: integerParameter({
      title: 'Iterations',
      help: 'Steps of the fixed point; more for fields that stretch much.',
      default: 30,
      min: 1,
      max: 500,
    }),
  }),
  inputs: {
    transform: { type: 'transform', doc: 'From the fixed to the moving world.' },
    moving: { type: 'image', doc: 'Whose grid the inverse is to cover.', optional: true },
  },
  outputs: {
    transform: { type: 'transform', doc: 'From the moving to the fixed world.' },
    table: { type: 'table', doc: 'By how much the way there and back misses, mm.' },
  },
  lower(b, { transform, moving }, { iterations }) {
    const { affine, displacement, inverseDisplacement, grid } = transform;
    const back = inverseAffine(b, affine, 'transform');
    const target = moving?.grid ?? grid;
    if (displacement === undefined) {
      const none = b.constant([0, 0]);
      return {
        transform: { kind: 'transform', grid: target, affine: back },
        table: { kind: 'table', rows: rowsOf(none, none) },
      };
    }
    const start = inverseDisplacement ?? b.zeros({ like: displacement }, { channels: 3 });
    const { inverse, missed } = invert(b, displacement, start, iterations);
    const largest = b.largestNorm({ vector: missed });
    const mean = b.pointwiseMean(
      { a: missed },
      {
        terms: [
          ['sqrt', ['+', ['+', ['*', 'a.0', 'a.0'], ['*', 'a.1', 'a.1']], ['*', 'a.2', 'a.2']]],
        ],
      },
    );
    const edges = spacingMm(grid).filter((_, axis) => grid.sizeVoxels[axis] !== 1);
    b.warn([largest], notSettled(Math.min(...(edges.length > 0 ? edges : spacingMm(grid)))));
    // back(y) = A⁻¹·y + w(A⁻¹·y), as A⁻¹·(y + A·w(A⁻¹·y)).
    const onTarget = b.sample(
      { source: inverse, affine: back },
      { ...gridAttributes(target), interpolation: 'linear', outside: 'edge' },
    );
    return {
      transform: {
        kind: 'transform',
        grid: target,
        affine: back,
        displacement: turnField(b, onTarget, affine),
      },
      table: { kind: 'table', rows: rowsOf(mean, largest) },
    };
  },
});

function rowsOf(mean: ValueId, largest: ValueId) {
  return [
    { name: 'inverse.meanMm', scalars: mean, index: 0 },
    { name: 'inverse.maximumMm', scalars: largest, index: 0 },
  ];
}

/** w with w + u∘(id + w) near 0, and what that is in the end. */
function invert(
  b: Builder,
  displacement: ValueId,
  start: ValueId,
  count: number,
): { readonly inverse: ValueId; readonly missed: ValueId } {
  const [inverse = start] = b.repeat({
    label: 'inverse',
    count,
    carried: [start],
    body([w = start]) {
      const missed = b.compose({ outer: displacement, inner: w });
      return [b.pointwise({ a: w, b: missed }, { expressions: [['-', 'a', 'b']] })];
    },
  });
  return { inverse, missed: b.compose({ outer: displacement, inner: inverse }) };
}

/** Doubts an inverse that misses by more than half a voxel. */
function notSettled(shortestEdgeMm: number): Judge {
  return ([[largest = 0] = []]) => {
    if (!(largest > doubtedVoxels * shortestEdgeMm)) return undefined;
    return {
      about: 'inverse-not-settled',
      port: 'transform',
      message: `The inverse misses by up to ${largest.toFixed(1)} mm: the field folds or stretches too much to be undone everywhere.`,
      remedy:
        'Look where Measure Jacobian finds folds; raise the iterations, smooth the field more, or take a model that has an inverse.',
    };
  };
}
