import { z } from 'zod';
import { voxelCount } from '../../imaging/grid';
import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { numberParameter } from '../../runtime/api/nodes/parameters';
import { addSteps } from '../registration/add-steps';
import { firstOf } from '../registration/field-model';
import { resample } from '../registration/resample';

/** Where the Gaussian is cut off, in standard deviations. */
const truncate = 2;

export const displacementModel = defineNode({
  type: 'model.displacement',
  version: 1,
  title: 'Displacement',
  section: 'model',
  synonyms: [
    'dense',
    'additive',
    'elastic',
    'nonrigid',
    'deformable',
    'ConvexAdam',
    'instance optimization',
  ],
  documentation: {
    summary: 'A displacement for each voxel of the level, to which steps are simply added.',
    details: `What is optimized is one vector for each voxel of the level; the map moves by these vectors,
smoothed by a Gaussian. Steps add up (those of *Greedy* are composed), so that the field is a linear function of what is optimized, a
regularizer weighs the whole of it, and every optimizer goes with it. Wire *Diffusion* or another energy: apart from it and the Gaussian nothing
holds neighbours together, and nothing forbids folding.

**A coarse grid** is a schedule that ends before the full one: a last level of shrink 2 optimizes an eighth of the vectors, and
between them the field is linear. From level to level, and in the end on the grid of the image itself, the field that was found
begins anew: read linearly, and smoothed by the Gaussian of the finer grid.

**Start**: the field of a transform that is known already, such as that of *Coupled convex search* or of a file, is where the first
level begins; the regularizer then weighs it too. Its displacement alone is taken: what is linear in it has to be wired to *initial* of
*Register* as well. A bent transform that is wired to *initial* there instead stays as it is, and what is optimized comes before it.

1.4 voxels are three means of 3 voxels, through which ConvexAdam (2024) reads its field on every second voxel.`,
    formula: String.raw`u = G_\sigma * v,\qquad v \leftarrow v + \delta`,
    references: [
      {
        text: 'Siebert, Großbröhmer, Hansen, Heinrich: ConvexAdam: Self-configuring dual-optimization-based 3D multitask medical image registration, 2024',
        doi: '10.1109/TMI.2024.3462248',
      },
      {
        text: 'Modersitzki: Numerical Methods for Image Registration, 2004',
        doi: '10.1093/acprof:oso/9780198528418.001.0001',
      },
    ],
  },
  params: z.object({
    smoothVoxels: numberParameter({
      title: 'Smooth',
      help: 'Standard deviation of the Gaussian through which the field is seen; more makes the motion stiffer and folds less.',
      unit: 'voxels',
      default: 1.4,
      min: 0,
      max: 10,
    }),
  }),
  inputs: {
    start: {
      type: 'transform',
      doc: 'Whose displacement the first level begins with. Without it: none.',
      optional: true,
    },
  },
  outputs: { model: { type: 'model', doc: 'Displacement field, mm.' } },
  lower(_, { start }, { smoothVoxels }) {
    const seen = (b: Builder, value: ValueId): ValueId => {
      if (smoothVoxels === 0) return value;
      const sigmaVoxels = [smoothVoxels, smoothVoxels, smoothVoxels];
      const edges = 'renormalize';
      return b.gaussian({ value }, { sigmaVoxels, truncate, edges, transposed: false });
    };
    return {
      model: {
        kind: 'model',
        start: (b, { fixed, grid }) => [
          start?.displacement === undefined
            ? b.zeros({ like: fixed }, { channels: 3 })
            : resample(b, start.displacement, grid),
        ],
        refine: (b, variables, { grid }) => [resample(b, seen(b, firstOf(variables)), grid)],
        maps: (b, variables) => ({ moving: { displacement: seen(b, firstOf(variables)) } }),
        fields: (b, variables) => [{ role: 'displacement', value: seen(b, firstOf(variables)) }],
        lossScale: ({ grid }) => voxelCount(grid),
        update: addSteps,
      },
    };
  },
});
