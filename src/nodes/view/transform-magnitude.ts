import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { travelled } from '../registration/chain-transforms';

export const transformMagnitude = defineNode({
  type: 'transform.magnitude',
  version: 1,
  title: 'Transform magnitude',
  section: 'view',
  synonyms: ['displacement', 'motion', 'distance', 'norm', 'vector length', 'deformation'],
  documentation: {
    summary: 'How far a transform moves each voxel, in mm, as an image.',
    details: `The distance between a voxel and where it is read in the moving image, affine and field together. The table has \`magnitude.meanMm\` and
\`magnitude.maximumMm\` over the grid.

It shows at a glance where a registration works and where it moves more than anatomy can. Of a start that brings two scanners' worlds together it shows mostly
that; measure the deformable stage by Measure Jacobian.`,
    formula: String.raw`m(x) = \lVert A\,(x + u(x)) - x \rVert`,
  },
  params: z.object({}),
  inputs: { transform: { type: 'transform', doc: 'Any transform.' } },
  outputs: {
    image: { type: 'image', doc: 'Distance in mm at every voxel of its grid.' },
    table: { type: 'table', doc: 'Mean and largest distance, mm.' },
  },
  lower(b, { transform }) {
    const image = travelled(b, transform);
    const mean = b.pointwiseMean({ a: image }, { terms: ['a'] });
    return {
      image: { kind: 'image', grid: transform.grid, channels: 1, image },
      table: {
        kind: 'table',
        rows: [
          { name: 'magnitude.meanMm', scalars: mean, index: 0 },
          { name: 'magnitude.maximumMm', scalars: b.intensityRange({ image }), index: 1 },
        ],
      },
    };
  },
});
