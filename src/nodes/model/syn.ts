import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import type { Variables } from '../../runtime/api/nodes/port-values';
import { fieldModel, smoothField, smoothingParameters } from '../registration/field-model';
import { inverseField } from '../registration/inverse-field';

export const syn = defineNode({
  type: 'model.syn',
  version: 1,
  title: 'SyN',
  section: 'model',
  synonyms: [
    'symmetric normalization',
    'ANTs',
    'FireANTs',
    'diffeomorphic',
    'mid-point',
    'half way',
    'inverse consistent',
    'deformable',
    'invertible',
  ],
  documentation: {
    summary: 'Moves both images half way, to meet in the middle: fixed and moving count the same.',
    details: `There are two displacement fields, one for each image, and both are read where they lead: at the *middle*. The
objectives compare what meets there, and each field takes its own steps, smoothed and composed with what was found before,
as in the greedy model. The whole map goes from the fixed image to the middle, by the inverse of one field, and on to the
moving image by the other.

Exchanging the two images gives the inverse map, but for interpolation. Use it where no image should be the
template: longitudinal studies, building templates, or where the inverse is needed. Each field bends half as far as a greedy one,
so that large differences fold later. It costs about twice as much as the greedy model. Both directions are saved;
*register* says in its report how far the two are from undoing each other.

Start it from an affine stage, which acts on the moving image's side. A regularizer weighs both fields and adds the two up.
The preview shows the moving image at the middle, not on the fixed one. A mask of either image counts at the middle as well, and a
point that leads out of either image does not.

Defaults are those of antsRegistrationSyN.sh (2025): variance 3 of the Gaussian on the gradient, none on the field. ANTs keeps a field
and its inverse for each half and makes them agree after every step; here only the half from the middle is kept and its inverse is found at the
end.`,
    formula: String.raw`\min_{\varphi_1,\varphi_2} \mathcal{L}\big(F\circ\varphi_1,\; M\circ T_0\circ\varphi_2\big),\qquad
T = \varphi_2\circ\varphi_1^{-1},\qquad
u_i \leftarrow G_{\text{field}} * \big(\delta_i + u_i\circ(\mathrm{id}+\delta_i)\big),\quad
\delta_i = \text{step of } G_{\text{gradient}} * \nabla_{u_i}\mathcal{L}`,
    references: [
      {
        text: 'Avants, Epstein, Grossman, Gee: Symmetric diffeomorphic image registration with cross-correlation, 2008',
        doi: '10.1016/j.media.2007.06.004',
      },
      {
        text: 'Jena, Chaudhari, Gee: FireANTs: Adaptive Riemannian optimization for multi-scale diffeomorphic registration, 2024',
        doi: '10.48550/arXiv.2404.01249',
      },
    ],
  },
  params: z.object(
    smoothingParameters('displacement', { smoothGradientVoxels: 1.732, smoothFieldVoxels: 0 }),
  ),
  inputs: {},
  outputs: { model: { type: 'model', doc: 'Two displacement fields from the middle, mm.' } },
  lower: (_, __, params) => ({
    model: {
      ...fieldModel('displacement', params, 2),
      relativeMotion: [-1, 1],
      maps(_b, variables) {
        const [toFixed, toMoving] = halvesOf(variables);
        return { fixed: { displacement: toFixed }, moving: { displacement: toMoving } };
      },
      whole(b, variables) {
        const [toFixed, toMoving] = halvesOf(variables);
        const inner = inverseField(b, toFixed);
        return { displacement: b.compose({ outer: toMoving, inner }) };
      },
      inverse(b, variables) {
        const [toFixed, toMoving] = halvesOf(variables);
        const inner = inverseField(b, toMoving);
        return b.compose({ outer: toFixed, inner });
      },
      update: (b, variables, steps) =>
        variables.map((outer, half) => {
          const inner = steps[half];
          const moved = inner === undefined ? outer : b.compose({ outer, inner });
          return smoothField(b, moved, params.smoothFieldVoxels, params.smoothUnit);
        }),
    },
  }),
});

/** Displacements from the middle to the fixed image, and to the start of `initial`. */
function halvesOf([toFixed, toMoving]: Variables) {
  if (toFixed === undefined || toMoving === undefined) {
    throw new RangeError('A symmetric model has two fields.');
  }
  return [toFixed, toMoving] as const;
}
