import { z } from 'zod';
import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { numberParameter } from '../../runtime/api/nodes/parameters';
import type { Variables } from '../../runtime/api/nodes/port-values';
import {
  largestOf,
  searchFrom,
  searchStart,
  searchValues,
  tryStep,
} from '../registration/line-search';

/** Share of the fall that the slope promises which a step must reach: MINPACK's 0.0001. */
const sufficientDecrease = 1e-4;

/** Less damping than this is none in float32. */
const leastDamping = 1e-7;

export const levenbergMarquardt = defineNode({
  type: 'optimizer.levenberg-marquardt',
  version: 1,
  title: 'Levenberg-Marquardt',
  section: 'optimizer',
  synonyms: [
    'Gauss-Newton',
    'LM',
    'damped least squares',
    'normal equations',
    'second order',
    'StackReg',
    'realign',
    'Lucas-Kanade',
  ],
  documentation: {
    summary:
      'Solves for all parameters at once: the fastest way down squared differences for rigid and affine models.',
    details: `Squared differences say more than a gradient: from how the warped image changes with each parameter (J) Gauss and Newton take
the curvature of the loss, JᵀJ, and step to where a bowl of that shape has its floor. Near the solution a few steps are enough,
where gradient descent takes hundreds. Far from it the bowl is wrong; Marquardt's damping adds a share λ of its own diagonal to the curvature, which turns the
step towards the gradient and shortens it. A step that lowers the loss is kept and λ made smaller; one that does not is taken back exactly and tried with more.

**When**: translation, rigid, similarity and affine models between images of one contrast and the same intensities (*Match histogram*,
*Normalize intensity*): series, follow-up, motion correction. It is what SPM's realignment, StackReg and AIR do. *Self-similarity
context* brings it to images of different contrasts, at twelve channels' cost. Several such objectives add up by their weights, with their masks.

**When not**: other objectives (correlation, mutual information) are no sums of squares and are refused: take L-BFGS. Models of a field have
too many parameters for equations between all of them: *Demons forces* solves them voxel by voxel. From a start outside the
capture range every descent fails alike: wire *Start*, which tries several, or take CMA-ES.

One evaluation an iteration; the curvature costs about as much as the gradient. A level is done where steps are shorter than *shortest
step*; it ends up to twenty iterations later, in which nothing changes. Parameters without effect, as those across a slice, stay where they are.

The first damping and the factor of ten are Marquardt's; the share of the promised fall that a step must reach (a ten-thousandth) is MINPACK's.`,
    formula: String.raw`\big(J^\top W J + \lambda\,\mathrm{diag}(J^\top W J)\big)\,\delta = -J^\top W r,\qquad
J = \frac{\partial (M\circ T_p)}{\partial p},\quad r = M\circ T_p - F,\quad
\lambda \leftarrow \begin{cases}\lambda/\nu & \mathcal{L}(p+\delta) < \mathcal{L}(p)\\ \nu\lambda & \text{else}\end{cases}`,
    references: [
      {
        text: 'Marquardt: An algorithm for least-squares estimation of nonlinear parameters, 1963',
        doi: '10.1137/0111030',
      },
      {
        text: 'Nocedal, Wright: Numerical Optimization, chapter 10, 2006',
        doi: '10.1007/978-0-387-40065-5',
      },
      {
        text: 'Thévenaz, Ruttimann, Unser: A pyramid approach to subpixel registration based on intensity, 1998',
        doi: '10.1109/83.650848',
      },
    ],
  },
  params: z.object({
    stepVoxels: numberParameter({
      title: 'Longest step',
      help: 'Longest motion that is tried in one iteration: less is slower and safer. May be turned while it runs.',
      unit: 'voxels',
      default: 10,
      min: 0.001,
      max: 100,
      turnable: true,
    }),
    damping: numberParameter({
      title: 'First damping',
      help: 'Damping at the beginning of a level, as a share of the curvature: more is slower and safer.',
      default: 0.01,
      min: 1e-6,
      max: 1e4,
    }),
    factor: numberParameter({
      title: 'Factor',
      help: 'By how much damping falls after a step that is kept and rises after one that is not.',
      default: 10,
      min: 1.5,
      max: 100,
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
    optimizer: { type: 'optimizer', doc: 'Damped Gauss-Newton steps of all parameters at once.' },
  },
  lower(b, _, { stepVoxels, damping: first, factor, shortestVoxels }) {
    const size = b.dial('stepVoxels', stepVoxels);
    const rule = { sufficientDecrease, shrink: 1 / factor, shortestVoxels };
    // Another level has another loss: what was known of the last one says nothing.
    const anew = (body: Builder, variables: Variables): Variables => [
      ...searchValues(searchStart(body, variables)),
      body.constant([first]),
      noCurvature(body, variables),
    ];
    return {
      optimizer: {
        kind: 'optimizer',
        takesBack: true,
        needsCurvature: true,
        start: anew,
        refine: (body, _state, variables) => anew(body, variables),
        iterate(body, problem, reached) {
          const { search, rest } = searchFrom(reached.state, reached.variables.length);
          const [damping, matrix] = rest;
          const [gradient] = search.gradient;
          if (damping === undefined || matrix === undefined || gradient === undefined) {
            throw new RangeError('The state of Levenberg-Marquardt is incomplete.');
          }
          const one = body.constant([1]);
          const whole = body.dampedStep({ matrix, gradient, damping });
          const mostMm = body.scale({ value: size }, { factor: problem.level.voxelMm });
          const fitting = body.combineScalars(
            { a: mostMm, b: body.largestNorm({ vector: whole }) },
            { operation: 'divide' },
          );
          // Nothing divided by nothing is 0, and so is the step then.
          const by = body.combineScalars({ a: one, b: fitting }, { operation: 'minimum' });
          const step = body.scale({ value: whole, by }, { factor: 1 });
          const trial = tryStep(body, problem, reached, search, [step], rule);
          const { accepted, evaluation } = trial.iteration;
          if (evaluation.curvature === undefined) {
            throw new RangeError('There are no squares to look into.');
          }
          const keep = (whenTrue: ValueId, whenFalse: ValueId): ValueId =>
            body.select({ condition: accepted, whenTrue, whenFalse });
          const less = body.combineScalars(
            {
              a: body.scale({ value: damping }, { factor: 1 / factor }),
              b: body.constant([leastDamping]),
            },
            { operation: 'maximum' },
          );
          const more = body.scale({ value: damping }, { factor });
          const isShort = body.compareScalars(
            {
              a: largestOf(body, [step]),
              b: body.constant([shortestVoxels * problem.level.voxelMm]),
            },
            { is: 'less' },
          );
          // A short step is no end where much damping made it so and it led down.
          const isFree = body.compareScalars(
            { a: damping, b: body.constant([first]) },
            { is: 'lessOrEqual' },
          );
          const isRefused = body.combineScalars({ a: one, b: accepted }, { operation: 'subtract' });
          const isOver = body.multiply({
            a: body.multiply({
              a: isShort,
              b: body.combineScalars({ a: isFree, b: isRefused }, { operation: 'maximum' }),
            }),
            b: body.combineScalars({ a: one, b: trial.isFirst }, { operation: 'subtract' }),
          });
          const done = body.combineScalars({ a: search.done, b: isOver }, { operation: 'maximum' });
          // The first iteration looks at where it starts, and says nothing of the damping.
          const isKnown = body.combineScalars(
            { a: trial.isFirst, b: search.done },
            { operation: 'maximum' },
          );
          return {
            ...trial.iteration,
            done,
            state: [
              ...searchValues({ ...trial.state, length: one, done }),
              body.select({ condition: isKnown, whenTrue: damping, whenFalse: keep(less, more) }),
              keep(evaluation.curvature, matrix),
            ],
          };
        },
      },
    };
  },
});

function noCurvature(b: Builder, [variable]: Variables): ValueId {
  const type = variable === undefined ? undefined : b.typeOf(variable);
  const count = type?.kind === 'scalars' ? type.length : 1;
  return b.constant(new Array<number>(count * count).fill(0));
}
