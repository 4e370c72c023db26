import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { flagParameter, integerParameter } from '../../runtime/api/nodes/parameters';
import { addSteps } from '../registration/add-steps';
import { exponential } from '../registration/exponential';
import {
  borderParameter,
  fieldModel,
  firstOf,
  smoothInside,
  smoothingParameters,
} from '../registration/field-model';

export const svf = defineNode({
  type: 'model.svf',
  version: 1,
  title: 'Stationary velocity field',
  section: 'model',
  synonyms: [
    'diffeomorphic',
    'log-domain',
    'exponential',
    'scaling and squaring',
    'invertible',
    'deformable',
    'SVF',
    'DARTEL',
  ],
  documentation: {
    summary:
      'Moves every voxel along a smooth flow that can be run backwards: it has an exact inverse.',
    details: `What is optimized is a velocity that stays the same while the image flows along it for
one unit of time. Following it backwards undoes the motion, so that the inverse costs nothing and is
exact. The flow is computed by scaling and squaring: a small step, composed with itself again and
again.

Use it where the inverse matters, for example to bring atlas labels back, or where folding must not
occur. It costs a few times more than the greedy model and follows fine folds a little less.

The gradient goes through every squaring exactly.

**Half way**: both images are read in the middle, the moving one after half of the time, the fixed one after half of the time
backwards. Fixed and moving then count the same, and exchanging them turns the velocity round, but for interpolation: what makes
log-demons *symmetric*. The preview shows the moving image in the middle.`,
    formula: String.raw`T = \exp(v),\qquad u_0 = \frac{v}{2^{K}},\quad
u_{k+1} = u_k + u_k\circ(\mathrm{id}+u_k),\qquad T^{-1} = \exp(-v)`,
    references: [
      {
        text: 'Arsigny, Commowick, Pennec, Ayache: A log-Euclidean framework for statistics on diffeomorphisms, 2006',
        doi: '10.1007/11866565_113',
      },
      {
        text: 'Ashburner: A fast diffeomorphic image registration algorithm, 2007',
        doi: '10.1016/j.neuroimage.2007.07.007',
      },
    ],
  },
  params: z.object({
    ...smoothingParameters('velocity'),
    border: borderParameter(),
    squarings: integerParameter({
      title: 'Squarings',
      help: 'How often the first small step is composed with itself; more for larger motions.',
      default: 6,
      min: 1,
      max: 10,
      advanced: true,
    }),
    halfWay: flagParameter({
      title: 'Half way',
      help: 'Reads both images in the middle, so that neither is the template; off reads the moving one alone.',
      default: false,
    }),
  }),
  inputs: {},
  outputs: { model: { type: 'model', doc: 'Velocity field, mm per unit of time.' } },
  lower: (_, __, params) => ({
    model: {
      ...fieldModel('velocity', params),
      relativeMotion: [1],
      maps(b, variables) {
        const flow = (time: number) => ({
          displacement: exponential(b, firstOf(variables), time, params.squarings),
        });
        return params.halfWay ? { fixed: flow(-0.5), moving: flow(0.5) } : { moving: flow(1) };
      },
      whole: (b, variables) => ({
        displacement: exponential(b, firstOf(variables), 1, params.squarings),
      }),
      update: (b, variables, steps, context) =>
        addSteps(b, variables, steps).map((velocity) =>
          smoothInside(b, velocity, params.smoothFieldVoxels, params, context),
        ),
      inverse: (b, variables) => exponential(b, firstOf(variables), -1, params.squarings),
    },
  }),
});
