import { z } from 'zod';
import type { Builder } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { numberParameter } from '../../runtime/api/nodes/parameters';
import type { Variables } from '../../runtime/api/nodes/port-values';
import { largestOf, sumOfProducts } from '../registration/line-search';
import { zerosLike } from '../registration/zeros-like';

export const regularStep = defineNode({
  type: 'optimizer.regular-step',
  version: 1,
  title: 'Regular step',
  section: 'optimizer',
  synonyms: [
    'regular step gradient descent',
    'RSGD',
    'relaxation',
    'ITK',
    'steepest descent',
    'halving',
  ],
  documentation: {
    summary:
      'Steps of one length down the gradient, made shorter whenever the gradient turns around.',
    details: `It begins with steps of *longest step* voxels. When the gradient points against the one before, it has
stepped over something: from then on steps are *relaxation* times as long. A level is done when they are shorter than
the *shortest step*, and ends up to twenty iterations later.

Unlike a line search it never asks whether the loss has fallen, so that it needs one evaluation a step and is not
held up by small dents in the loss, as mutual information has them. It does well with rigid and affine models. A field has parts that
turn while others have far to go: there take normalized Adam.

The step can only become shorter within a level: begin with one that is rather too long. Half the length is the default of ITK 5;
each level begins anew.`,
    formula: String.raw`\delta = -\,s\,\tau^{n}\,h\,\frac{g}{\max_x\lVert g(x)\rVert},\qquad
n \leftarrow n + 1\ \text{ where }\ g_k^{\top} g_{k-1} < 0`,
    references: [
      {
        text: 'Klein, Staring, Pluim: Evaluation of optimization methods for nonrigid medical image registration using mutual information and B-splines, 2007',
        doi: '10.1109/TIP.2007.909412',
      },
    ],
  },
  params: z.object({
    stepVoxels: numberParameter({
      title: 'Longest step',
      help: 'Motion in the first iterations of a level, until the gradient turns. May be turned while it runs.',
      unit: 'voxels',
      default: 1,
      min: 0.001,
      max: 10,
      turnable: true,
    }),
    relaxation: numberParameter({
      title: 'Relaxation',
      help: 'What is left of the step when the gradient has turned; more goes on for longer.',
      default: 0.5,
      min: 0.1,
      max: 0.95,
      advanced: true,
    }),
    shortestVoxels: numberParameter({
      title: 'Shortest step',
      help: 'A level is done once steps are shorter than this; less ends more exactly.',
      unit: 'voxels',
      default: 1e-3,
      min: 1e-6,
      max: 1,
      advanced: true,
    }),
  }),
  inputs: {},
  outputs: {
    optimizer: { type: 'optimizer', doc: 'Steps down the gradient that shorten as it turns.' },
  },
  lower(b, _, { stepVoxels, relaxation, shortestVoxels }) {
    const size = b.dial('stepVoxels', stepVoxels);
    // The last direction, the share of the step that is left, and whether it is too short.
    const anew = (body: Builder, variables: Variables): Variables => [
      ...variables.map((variable) => zerosLike(body, variable)),
      body.constant([1]),
      body.constant([0]),
    ];
    return {
      optimizer: {
        kind: 'optimizer',
        takesBack: true,
        start: anew,
        refine: (body, _state, variables) => anew(body, variables),
        iterate(body, problem, { variables, state }) {
          const count = variables.length;
          const [one, zero] = [body.constant([1]), body.constant([0])];
          const before = state.slice(0, count);
          const [left = one, isDone = zero] = state.slice(count);
          const evaluation = problem.evaluate(variables);
          const direction = problem.precondition(evaluation.gradient);
          const hasTurned = body.compareScalars(
            { a: sumOfProducts(body, direction, before), b: zero },
            { is: 'less' },
          );
          const share = body.select({
            condition: hasTurned,
            whenTrue: body.scale({ value: left }, { factor: relaxation }),
            whenFalse: left,
          });
          const length = body.multiply({ a: share, b: size });
          const isTooShort = body.compareScalars(
            { a: length, b: body.constant([shortestVoxels]) },
            { is: 'less' },
          );
          const done = body.combineScalars({ a: isDone, b: isTooShort }, { operation: 'maximum' });
          const by = body.combineScalars(
            { a: length, b: largestOf(body, direction) },
            { operation: 'divide' },
          );
          const factor = -problem.level.voxelMm;
          const moved = problem.retract(
            variables,
            direction.map((value) => body.scale({ value, by }, { factor })),
          );
          const kept = (whenTrue: Variables, whenFalse: Variables): Variables =>
            whenTrue.map((value, index) =>
              body.select({
                condition: done,
                whenTrue: value,
                whenFalse: whenFalse[index] ?? value,
              }),
            );
          return {
            variables: kept(variables, moved),
            state: [...kept(before, direction), ...kept([left], [share]), done],
            evaluation,
            accepted: body.combineScalars({ a: one, b: isDone }, { operation: 'subtract' }),
            done,
          };
        },
      },
    };
  },
});
