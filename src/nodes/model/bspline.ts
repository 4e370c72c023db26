import { z } from 'zod';
import { hasRightAngles } from '../../imaging/grid';
import { gridAttributes } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { firstOf } from '../registration/field-model';
import { controlSpacingParameter, splineModel } from '../registration/spline-model';

export const bspline = defineNode({
  type: 'model.bspline',
  version: 1,
  title: 'B-spline',
  section: 'model',
  synonyms: [
    'free-form deformation',
    'FFD',
    'control points',
    'cubic',
    'spline',
    'nonrigid',
    'deformable',
    'NiftyReg',
    'elastix',
  ],
  documentation: {
    summary: 'Moves space by a smooth spline over a grid of control points.',
    details: `What is optimized are the coefficients of a cubic B-spline, three for each control point. Each moves
what lies within two spacings of it, and between control points the map is smooth to its second derivative, so that
no Gaussian is needed. The *spacing* says how fine a motion the map can follow: about twice the spacing.

Control points lie along the axes of the fixed image, one in its middle, one more beyond each border. At each coarser
level of the schedule they are twice as far apart; from level to level the same spline is written with
half the spacing, exactly. Spacings are in mm, so that they mean the same on every image: on images that are much smaller
or larger than a head choose another one. A few voxels are a good choice; closer than two, many
coefficients are seen by hardly any voxel. On one slice there is one layer of control points, and along any axis of one
voxel nothing changes.

Use it where the motion is smooth: breathing, distortion, the same person on another day, or
with little memory, as an image has far fewer control points than voxels. Between the brains of two people *Greedy* follows
finer anatomy. Nothing forbids folding: wire *Bending energy*, which is exact on a spline and costs next to nothing, and
watch the Jacobian node. There is no inverse.

It goes with every optimizer: coefficients simply add up, so that a line search and L-BFGS work as they do for
an affine.

10 mm is what elastix 5.0.1 takes for its default B-spline parameters; NiftyReg takes 5 voxels.`,
    formula: String.raw`u(x) = \sum_{k} c_k\,\beta^3\!\Big(\frac{x_1}{s_1}-k_1\Big)\,\beta^3\!\Big(\frac{x_2}{s_2}-k_2\Big)\,\beta^3\!\Big(\frac{x_3}{s_3}-k_3\Big)`,
    references: [
      {
        text: 'Rueckert, Sonoda, Hayes, Hill, Leach, Hawkes: Nonrigid registration using free-form deformations: Application to breast MR images, 1999',
        doi: '10.1109/42.796284',
      },
      {
        text: 'Modat, Ridgway, Taylor, Lehmann, Barnes, Hawkes, Fox, Ourselin: Fast free-form deformation using graphics processing units, 2010',
        doi: '10.1016/j.cmpb.2009.09.002',
      },
      {
        text: 'Klein, Staring, Murphy, Viergever, Pluim: elastix: A toolbox for intensity-based medical image registration, 2010',
        doi: '10.1109/TMI.2009.2035616',
      },
    ],
  },
  params: z.object({ spacingMm: controlSpacingParameter() }),
  inputs: {},
  outputs: { model: { type: 'model', doc: 'Coefficients of a cubic B-spline, mm.' } },
  lower(_, __, params) {
    return {
      model: {
        ...splineModel(params.spacingMm),
        maps: (b, variables, { grid }) => ({
          moving: {
            displacement: b.splineField({ coefficients: firstOf(variables) }, gridAttributes(grid)),
          },
        }),
        displacementAt: (b, variables, { grid, shiftVoxels }) =>
          b.splineField(
            { coefficients: firstOf(variables), shift: shiftVoxels },
            gridAttributes(grid),
          ),
        fields(b, variables, { grid }) {
          const coefficients = firstOf(variables);
          const dense = b.splineField({ coefficients }, gridAttributes(grid));
          const displacement = { role: 'displacement', value: dense } as const;
          const spline = { role: 'coefficients', basis: 'cubic-b-spline' } as const;
          // Energies of coefficients add up along axes that are at right angles.
          return hasRightAngles(grid)
            ? [displacement, { ...spline, value: coefficients }]
            : [displacement];
        },
      },
    };
  },
});
