import { z } from 'zod';
import { type Grid, hasRightAngles } from '../../imaging/grid';
import { type Builder, gridAttributes, type ValueId } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { integerParameter } from '../../runtime/api/nodes/parameters';
import type { Variables } from '../../runtime/api/nodes/port-values';
import { exponential } from '../registration/exponential';
import { firstOf } from '../registration/field-model';
import { controlSpacingParameter, splineModel } from '../registration/spline-model';

export const bsplineVelocity = defineNode({
  type: 'model.bspline-velocity',
  version: 1,
  title: 'B-spline velocity',
  section: 'model',
  synonyms: [
    'free-form deformation',
    'FFD',
    'control points',
    'stationary velocity field',
    'SVF',
    'diffeomorphic',
    'scaling and squaring',
    'invertible',
    'NiftyReg',
    'f3d',
    'deformable',
  ],
  documentation: {
    summary:
      'Moves space along a flow that is a smooth spline: as few numbers as a B-spline, and an exact inverse.',
    details: `What is optimized are the coefficients of a cubic B-spline, as in *B-spline*; what the spline gives is not the displacement
but a velocity that stays the same while the image flows along it for one unit of time. The flow is computed by scaling and squaring, as
in *Stationary velocity field*, and the gradient goes through every squaring exactly. Following the velocity backwards is the inverse.

Use it in place of *B-spline* where nothing may fold or where the inverse is needed: labels of an atlas brought back, growth and
atrophy over time. A flow does not fold, however far it moves, as long as its voxels see it smooth; an iteration costs a few times more. It
has no Gaussian that a step could spoil, so that conjugate gradients and L-BFGS search along it as they do on an affine.

*Bending energy* weighs the coefficients of the velocity, exactly. An axis of one voxel and coarser levels are treated as in *B-spline*.

In NiftyReg's reg_f3d -vel (1.5 and 2.0) control points are 5 voxels apart, and both directions are compared, each image warped onto the
other; here one is, and the other follows from the inverse.`,
    formula: String.raw`T = \exp(v),\qquad v(x) = \sum_{k} c_k\,\beta^3\!\Big(\frac{x_1}{s_1}-k_1\Big)\,\beta^3\!\Big(\frac{x_2}{s_2}-k_2\Big)\,\beta^3\!\Big(\frac{x_3}{s_3}-k_3\Big),\qquad T^{-1} = \exp(-v)`,
    references: [
      {
        text: 'Modat, Daga, Cardoso, Ourselin, Ridgway, Ashburner: Parametric non-rigid registration using a stationary velocity field, 2012',
        doi: '10.1109/MMBIA.2012.6164745',
      },
      {
        text: 'Arsigny, Commowick, Pennec, Ayache: A log-Euclidean framework for statistics on diffeomorphisms, 2006',
        doi: '10.1007/11866565_113',
      },
    ],
  },
  params: z.object({
    spacingMm: controlSpacingParameter(),
    squarings: integerParameter({
      title: 'Squarings',
      help: 'How often the first small step is composed with itself; more for larger motions.',
      default: 6,
      min: 1,
      max: 10,
      advanced: true,
    }),
  }),
  inputs: {},
  outputs: {
    model: { type: 'model', doc: 'Coefficients of a velocity, mm per unit of time.' },
  },
  lower: (_, __, { spacingMm, squarings }) => ({
    model: {
      ...splineModel(spacingMm),
      maps: (b, variables, { grid }) => ({
        moving: { displacement: exponential(b, velocityOf(b, variables, grid), 1, squarings) },
      }),
      inverse: (b, variables, { grid }) =>
        exponential(b, velocityOf(b, variables, grid), -1, squarings),
      fields(b, variables, { grid }) {
        const velocity = { role: 'velocity', value: velocityOf(b, variables, grid) } as const;
        const spline = { role: 'coefficients', basis: 'cubic-b-spline' } as const;
        return hasRightAngles(grid)
          ? [velocity, { ...spline, value: firstOf(variables) }]
          : [velocity];
      },
    },
  }),
});

/** The velocity at the voxels of a grid, mm per unit of time. */
function velocityOf(b: Builder, variables: Variables, grid: Grid): ValueId {
  return b.splineField({ coefficients: firstOf(variables) }, gridAttributes(grid));
}
