import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { addSteps } from '../registration/add-steps';
import { fieldModel, firstOf, smoothField, smoothingParameters } from '../registration/field-model';

export const displacementModel = defineNode({
  type: 'model.displacement',
  version: 1,
  title: 'Displacement field',
  section: 'model',
  synonyms: ['dense', 'additive', 'small deformation', 'demons', 'optical flow', 'variational'],
  documentation: {
    summary: 'Moves every voxel by a displacement of its own; steps are added to it.',
    details: `The plainest deformable model: each step is smoothed and added to the displacement, which is then smoothed as a whole. Demons
as in ITK (*Fast symmetric forces*), optical flow, and registration by a variational energy with a regularizer work like this.

Sums of smooth fields are smooth, but need not stay invertible: where motions are large the map folds sooner than that of the greedy model,
which composes its steps, at the same smoothing. Take it to follow a method that adds, or together with an energy such as
*Diffusion* or *Linear elastic*, for which set both Gaussians to 0: the energy then is what keeps the field smooth. Start it from an affine stage.`,
    formula: String.raw`u \leftarrow G_{\text{field}} * (u + \delta),\qquad
\delta = \text{step of } G_{\text{gradient}} * \nabla_u \mathcal{L}`,
    references: [
      {
        text: 'Thirion: Image matching as a diffusion process: an analogy with Maxwell’s demons, 1998',
        doi: '10.1016/S1361-8415(98)80022-4',
      },
      {
        text: 'Modersitzki: Numerical Methods for Image Registration, 2004',
        doi: '10.1093/acprof:oso/9780198528418.001.0001',
      },
    ],
  },
  params: z.object(
    smoothingParameters('displacement', { smoothGradientVoxels: 0, smoothFieldVoxels: 1 }),
  ),
  inputs: {},
  outputs: { model: { type: 'model', doc: 'Displacement field, mm.' } },
  lower: (_, __, params) => ({
    model: {
      ...fieldModel('displacement', params),
      relativeMotion: [1],
      maps: (_b, variables) => ({ moving: { displacement: firstOf(variables) } }),
      update: (b, variables, steps) =>
        addSteps(b, variables, steps).map((field) =>
          smoothField(b, field, params.smoothFieldVoxels),
        ),
    },
  }),
});
