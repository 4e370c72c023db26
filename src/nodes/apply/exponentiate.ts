import { z } from 'zod';
import { type Grid, spacingMm } from '../../imaging/grid';
import type { Judge } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { integerParameter, numberParameter } from '../../runtime/api/nodes/parameters';
import { exponential } from '../registration/exponential';

/** The first small step may be this share of the shortest edge of a voxel. */
const longestFirstStepVoxels = 0.5;

export const exponentiateTransform = defineNode({
  type: 'transform.exponentiate',
  version: 1,
  title: 'Exponentiate',
  section: 'apply',
  synonyms: [
    'exponential map',
    'velocity field',
    'scaling and squaring',
    'integrate',
    'flow',
    'log-Euclidean',
  ],
  documentation: {
    summary: 'The motion that comes of flowing along a stationary velocity field.',
    details: `The field of the transform is read as a velocity, in mm per unit of time, and what comes out is where each point has got to. Load velocity
fields of other tools with *Load transform* and make them transforms by this. Twice the time is twice the motion along the same paths, half of it
the way to the middle; a negative time leads back.

The inverse comes along: the same flow for the opposite time. The affine stays as it is, and is applied after the flow. The flow is found by scaling and
squaring: a small step, composed with itself again and again. Where that first step is longer than half a voxel it is warned of: raise
*Squarings*. Beyond its grid the velocity is that of its edge.

A transform without a field flows nowhere and comes out as it is.`,
    formula: String.raw`T(x) = A\,\exp(t\,v)(x),\qquad \exp(t\,v) = \big(\mathrm{id} + \tfrac{t}{2^{n}}\,v\big)^{\circ\, 2^{n}}`,
    references: [
      {
        text: 'Arsigny, Commowick, Pennec, Ayache: A log-Euclidean framework for statistics on diffeomorphisms, 2006',
        doi: '10.1007/11866565_113',
      },
    ],
  },
  params: z.object({
    time: numberParameter({
      title: 'Time',
      help: 'For how long: 1 for the whole motion, 0.5 for the half, −1 for the way back.',
      default: 1,
      min: -10,
      max: 10,
    }),
    squarings: integerParameter({
      title: 'Squarings',
      help: 'How often the first small step is composed with itself; more for larger motions.',
      default: 7,
      min: 1,
      max: 12,
      advanced: true,
    }),
  }),
  inputs: {
    transform: { type: 'transform', doc: 'Whose field is a velocity, mm per unit of time.' },
  },
  outputs: { transform: { type: 'transform', doc: 'The flow, with its inverse.' } },
  lower(b, { transform }, { time, squarings }) {
    const { kind, grid, affine, displacement: velocity } = transform;
    if (velocity === undefined) return { transform };
    const firstStep = b.scale(
      { value: b.largestNorm({ vector: velocity }) },
      { factor: Math.abs(time) / 2 ** squarings },
    );
    b.warn([firstStep], longFirstStep(grid));
    return {
      transform: {
        kind,
        grid,
        affine,
        displacement: exponential(b, velocity, time, squarings),
        inverseDisplacement: exponential(b, velocity, -time, squarings),
      },
    };
  },
});

/** Doubts a flow whose first step is not small. */
function longFirstStep(grid: Grid): Judge {
  const edges = spacingMm(grid).filter((_, axis) => grid.sizeVoxels[axis] !== 1);
  const shortestEdgeMm = Math.min(...(edges.length > 0 ? edges : spacingMm(grid)));
  return ([[stepMm = 0] = []]) => {
    if (!(stepMm > longestFirstStepVoxels * shortestEdgeMm)) return undefined;
    return {
      about: 'first-step',
      port: 'transform',
      message: `The first step of the flow is up to ${stepMm.toPrecision(2)} mm, more than half a voxel: too long to be squared.`,
      remedy: 'Raise Squarings, and check that the field is a velocity in mm.',
    };
  };
}
