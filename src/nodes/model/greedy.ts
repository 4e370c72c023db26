import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import {
  borderParameter,
  fieldModel,
  firstOf,
  smoothInside,
  smoothingParameters,
} from '../registration/field-model';

export const greedy = defineNode({
  type: 'model.greedy',
  version: 1,
  title: 'Greedy',
  section: 'model',
  synonyms: ['displacement', 'deformable', 'nonlinear', 'compositive', 'fluid', 'demons', 'dense'],
  documentation: {
    summary: 'Moves every voxel by a displacement of its own, built up from small smooth steps.',
    details: `Each step is smoothed and then composed with what was found before, rather than added
to it: many small smooth steps make a large smooth map that can follow any fold of the cortex. A
second Gaussian keeps the whole displacement smooth.

It is the fastest deformable model and the most accurate on most pairs. Nothing forbids folding; it
stays away as long as the steps are small (about a quarter of a voxel) and smooth. Where the inverse
is needed exactly, use the stationary velocity field.

Beyond the edge a still field is zero, so that the border stays where the affine stage left it. Where the anatomy goes on
beyond the edge (a neck, a whole head that fills its image), let the border be free, as Greedy does.

Widths in mm (*Smoothing unit*) are alike in all directions where voxels are not, and the same at every level.

Start it from an affine stage. Less smoothing follows finer anatomy and folds sooner: watch the
Jacobian node.`,
    formula: String.raw`u \leftarrow G_{\text{field}} * \big(\delta + u\circ(\mathrm{id}+\delta)\big),\qquad
\delta = \text{step of } G_{\text{gradient}} * \nabla_u \mathcal{L}`,
    references: [
      {
        text: 'Christensen, Rabbitt, Miller: Deformable templates using large deformation kinematics, 1996',
        doi: '10.1109/83.536892',
      },
      {
        text: 'Jena, Chaudhari, Gee: FireANTs: Adaptive Riemannian optimization for multi-scale diffeomorphic registration, 2024',
        doi: '10.48550/arXiv.2404.01249',
      },
    ],
  },
  params: z.object({ ...smoothingParameters('displacement'), border: borderParameter() }),
  inputs: {},
  outputs: { model: { type: 'model', doc: 'Displacement field, mm.' } },
  lower: (_, __, params) => ({
    model: {
      ...fieldModel('displacement', params),
      relativeMotion: [1],
      maps: (_b, variables) => ({ moving: { displacement: firstOf(variables) } }),
      update: (b, variables, steps, context) => {
        const moved = b.compose({ outer: firstOf(variables), inner: firstOf(steps) });
        return [smoothInside(b, moved, params.smoothFieldVoxels, params, context)];
      },
    },
  }),
});
