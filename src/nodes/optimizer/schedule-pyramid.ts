import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import {
  integerListParameter,
  integerParameter,
  numberParameter,
} from '../../runtime/api/nodes/parameters';

export const schedulePyramid = defineNode({
  type: 'schedule.pyramid',
  version: 1,
  title: 'Pyramid',
  section: 'optimizer',
  synonyms: [
    'schedule',
    'multi-resolution',
    'levels',
    'coarse to fine',
    'shrink',
    'iterations',
    'convergence',
  ],
  documentation: {
    summary:
      'From coarse to fine: by how much to shrink at each level, and for how many iterations.',
    details: `On a coarse grid an iteration is cheap, large motions are few voxels long and fine detail
cannot trap the optimizer. What is found there is the start of the next level. *Shrink* 4 2 1 means a
quarter of the voxels along each axis, then half, then all; axes that would become shorter than 16
voxels shrink less.

A level ends early once the loss falls by less than *convergence* an iteration, as a fraction of itself
or of what the level has gained, whichever is more, by a line through the last *window* losses; a
convergence of 0 runs all iterations. A level that ends at its
limit is reported: it may not have been finished.`,
    formula: String.raw`n_\ell = \max\big(\min(n, 16),\ \mathrm{round}(n / s_\ell)\big),\qquad
\sigma_\ell = \tfrac12\,\frac{n}{n_\ell}\ \text{voxels}`,
    references: [
      {
        text: 'Burt, Adelson: The Laplacian pyramid as a compact image code, 1983',
        doi: '10.1109/TCOM.1983.1095851',
      },
    ],
  },
  params: z.object({
    shrink: integerListParameter({
      title: 'Shrink',
      help: 'Shrink factor of each level, from coarse to fine: 4 2 1.',
      default: [4, 2, 1],
      min: 1,
      max: 32,
      maxLength: 8,
    }),
    iterations: integerListParameter({
      title: 'Iterations',
      help: 'Most iterations of each level, as many numbers as shrink factors.',
      default: [200, 100, 50],
      min: 1,
      max: 10_000,
      maxLength: 8,
    }),
    convergence: numberParameter({
      title: 'Convergence',
      help: 'A level ends when the loss falls by less than this fraction an iteration; 0 runs them all.',
      default: 1e-6,
      min: 0,
      max: 0.1,
    }),
    window: integerParameter({
      title: 'Window',
      help: 'Losses through which the line is laid that decides convergence.',
      unit: 'iterations',
      default: 10,
      min: 2,
      max: 100,
      advanced: true,
    }),
    smoothPerShrink: numberParameter({
      title: 'Smoothing',
      help: 'Standard deviation of the Gaussian before shrinking, in voxels for each unit of shrinking.',
      unit: 'voxels',
      default: 0.5,
      min: 0,
      max: 2,
      advanced: true,
    }),
  }),
  inputs: {},
  outputs: { schedule: { type: 'schedule', doc: 'Levels from coarse to fine.' } },
  lower(_, __, { shrink, iterations, convergence, window, smoothPerShrink }, context) {
    if (shrink.length !== iterations.length) {
      context.refuse({
        parameter: 'iterations',
        message: `There are ${shrink.length} shrink factors and ${iterations.length} numbers of iterations.`,
        remedy: 'Give each level one of both, for example shrink 4 2 1 and iterations 200 100 50.',
      });
    }
    return {
      schedule: {
        kind: 'schedule',
        levels: shrink.map((factor, level) => ({
          shrink: factor,
          iterations: iterations[level] ?? 1,
        })),
        smoothPerShrink,
        minimumRelativeSlope: convergence,
        window,
      },
    };
  },
});
