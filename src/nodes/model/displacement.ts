import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { additiveFields, additiveParameters } from '../registration/additive-fields';
import { firstOf } from '../registration/field-model';
import { resample } from '../registration/resample';

export const displacementModel = defineNode({
  type: 'model.displacement',
  version: 1,
  title: 'Displacement field',
  section: 'model',
  synonyms: [
    'dense',
    'additive',
    'elastic',
    'small deformation',
    'demons',
    'optical flow',
    'variational',
    'ConvexAdam',
    'instance optimization',
  ],
  documentation: {
    summary: 'Moves every voxel by a displacement of its own; steps are added to it.',
    details: `The plainest deformable model: each step is added to the displacement, which is smoothed in one of two ways, or by an energy.

* **After each step** (*Smooth displacement*), as demons of ITK do: what was found is forgotten a little with every step.
* **As it is read** (*Seen through*): what is optimized is any field, and the map is that field through a Gaussian. The map is a linear function of
what is optimized, so that a regularizer weighs the whole of it and every optimizer goes with it, those that search along a line too.
1.4 voxels are three means of 3 voxels, through which ConvexAdam (2024) reads its field on every second voxel.
* **By an energy** such as *Diffusion* or *Linear elastic* alone: set all Gaussians to 0.

Sums of smooth fields are smooth, but need not stay invertible: where motions are large the map folds sooner than that of the greedy model,
which composes its steps, at the same smoothing. Start it from an affine stage.

**A coarse grid** is a schedule that ends before the full one: a last level of shrink 2 optimizes an eighth of the vectors, and
between them the field is linear. From level to level, and in the end on the grid of the image itself, the field that was found
begins anew: read linearly, and seen through the Gaussian of the finer grid.

**Start**: the field of a transform that is known already, such as that of *Coupled convex search* or of a file, is where the first
level begins; the regularizer then weighs it too. Its displacement alone is taken: what is linear in it has to be wired to *initial* of
*Register* as well. A bent transform that is wired to *initial* there instead stays as it is, and what is optimized comes before it.`,
    formula: String.raw`u = G_{\text{seen}} * v,\qquad v \leftarrow G_{\text{field}} * (v + \delta),\qquad
\delta = \text{step of } G_{\text{gradient}} * \nabla_v \mathcal{L}`,
    references: [
      {
        text: 'Thirion: Image matching as a diffusion process: an analogy with Maxwell’s demons, 1998',
        doi: '10.1016/S1361-8415(98)80022-4',
      },
      {
        text: 'Modersitzki: Numerical Methods for Image Registration, 2004',
        doi: '10.1093/acprof:oso/9780198528418.001.0001',
      },
      {
        text: 'Siebert, Großbröhmer, Hansen, Heinrich: ConvexAdam: Self-configuring dual-optimization-based 3D multitask medical image registration, 2024',
        doi: '10.1109/TMI.2024.3462248',
      },
    ],
  },
  params: z.object(additiveParameters()),
  inputs: {
    start: {
      type: 'transform',
      doc: 'Whose displacement the first level begins with. Without it: none.',
      optional: true,
    },
  },
  outputs: { model: { type: 'model', doc: 'Displacement field, mm.' } },
  lower(_, { start }, params) {
    const { part, seen } = additiveFields(params);
    return {
      model: {
        ...part,
        // Seen through a Gaussian, a voxel moves by the steps of its neighbours too.
        ...(params.seenThroughVoxels === 0 && { relativeMotion: [1] }),
        start: (b, at) =>
          start?.displacement === undefined
            ? part.start(b, at)
            : [resample(b, start.displacement, at.grid)],
        maps: (b, variables) => ({ moving: { displacement: firstOf(seen(b, variables)) } }),
      },
    };
  },
});
