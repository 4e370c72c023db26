import { z } from 'zod';
import type { Builder } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { integerParameter, numberParameter } from '../../runtime/api/nodes/parameters';
import type { Variables } from '../../runtime/api/nodes/port-values';
import { adaptedTime, gainAt, motionOf, seenNothing } from '../registration/adaptive-gain';
import { sumOfProducts } from '../registration/line-search';
import { zerosLike } from '../registration/zeros-like';

export const adaptiveStochastic = defineNode({
  type: 'optimizer.adaptive-stochastic',
  version: 1,
  title: 'Adaptive stochastic gradient descent',
  section: 'optimizer',
  synonyms: [
    'ASGD',
    'elastix',
    'stochastic',
    'Robbins-Monro',
    'random samples',
    'AdaptiveStochasticGradientDescent',
  ],
  documentation: {
    summary:
      'Short steps down a noisy gradient, shorter with time, and time runs by what gradients say.',
    details: `For a similarity of which a *sampled share* is drawn anew in each iteration. Its gradient is right in the mean and
wrong each time; steps that shrink as one over time average that out. Time *t* runs on by one where a gradient points against the
one before, and slowly back where both agree: far from the optimum steps stay long, at the optimum they shrink.

How long a step is follows from the first *measurements* of each level, in which nothing moves: the mean of their
gradients, how much of them is noise (η is the share that is not), and how their products of successive ones vary (σ). The first step moves the image by no more than
about *step* voxels of the level: the mean of the mean gradient's motion plus twice its spread, times η. Of a linear model, whose numbers are mm at the image's
edge, the motion is their norm.

The loss is another one each time and says nothing about the end: a level takes all of its iterations, a few hundred. With all
voxels compared η is 1, and there are better optimizers: L-BFGS for a linear model, normalized Adam for a field.

A = 20, α = 1, the sigmoid's bounds 1 and −0.99 + 0.98 η and its scale of 0.1 σ are the defaults of elastix 5, as is a longest step of one
voxel; there it is a voxel of the full image at every level. It measures the gradient at many
points once and at few several times; here the few are drawn as many times as you say.`,
    formula: String.raw`\theta_{k+1} = \theta_k - \eta\,\frac{s\,h}{\bar d + 2\sigma_d}\Big(\frac{A}{A + 1 + t_k}\Big)^{\alpha} g_k,\qquad
t_{k+1} = \max\!\big(0,\; t_k + f(-g_k^{\top} g_{k-1})\big),\qquad
f(x) = f_{-} + \frac{1 - f_{-}}{1 - e^{-x/0.1\sigma}/f_{-}}`,
    references: [
      {
        text: 'Klein, Pluim, Staring, Viergever: Adaptive stochastic gradient descent optimisation for image registration, 2009',
        doi: '10.1007/s11263-008-0168-y',
      },
      {
        text: 'Qiao, van Lew, Lelieveldt, Staring: Fast automatic step size estimation for gradient descent optimization of image registration, 2016',
        doi: '10.1109/TMI.2015.2476354',
      },
    ],
  },
  params: z.object({
    stepVoxels: numberParameter({
      title: 'Step',
      help: 'Motion that the first steps of a level do not exceed but rarely: longer gets farther, shorter is steadier. May be turned while it runs.',
      unit: 'voxels',
      default: 1,
      min: 0.001,
      max: 10,
      turnable: true,
    }),
    steadyTime: numberParameter({
      title: 'Steady time',
      help: 'By when steps are about half as long; more keeps them long for more iterations.',
      default: 20,
      min: 1,
      max: 1000,
      advanced: true,
    }),
    exponent: numberParameter({
      title: 'Exponent',
      help: 'How fast steps shrink with time; 1 averages noise out best, 0.602 keeps moving for longer.',
      default: 1,
      min: 0.5,
      max: 1,
      advanced: true,
    }),
    measurements: integerParameter({
      title: 'Measurements',
      help: 'First iterations of each level that only look, at most a quarter of it; more tells noise from gradient better.',
      default: 10,
      min: 1,
      max: 100,
      advanced: true,
    }),
    sigmoidScale: numberParameter({
      title: 'Sigmoid scale',
      help: 'How much two gradients must agree or disagree to change the time, as a share of the spread; more takes less notice.',
      default: 0.1,
      min: 0.001,
      max: 10,
      advanced: true,
    }),
  }),
  inputs: {},
  outputs: {
    optimizer: {
      type: 'optimizer',
      doc: 'Steps down drawn gradients that shrink by adaptive time.',
    },
  },
  lower(b, _, { stepVoxels, ...rule }) {
    const size = b.dial('stepVoxels', stepVoxels);
    // The sum of the measured gradients and the last one, of each variable; what the measurements say; the time.
    const anew = (body: Builder, variables: Variables): Variables => [
      ...variables.map((variable) => zerosLike(body, variable)),
      ...variables.map((variable) => zerosLike(body, variable)),
      ...seenNothing(body),
      body.constant([0]),
    ];
    return {
      optimizer: {
        kind: 'optimizer',
        start: anew,
        refine: (body, _state, variables) => anew(body, variables),
        iterate(body, problem, { variables, state, iteration }) {
          const count = variables.length;
          const { voxelMm, maxIterations } = problem.level;
          const looks = Math.max(1, Math.min(rule.measurements, Math.floor(maxIterations / 4)));
          const [sums, before] = [state.slice(0, count), state.slice(count, 2 * count)];
          const seen = state.slice(2 * count, -1);
          const time = state.at(-1) ?? body.constant([0]);
          const evaluation = problem.evaluate(variables);
          const gradients = problem.precondition(evaluation.gradient);

          const isMeasured = body.compareScalars(
            { a: iteration, b: body.constant([looks - 0.5]) },
            { is: 'less' },
          );
          const product = sumOfProducts(body, gradients, before);
          const square = sumOfProducts(body, gradients, gradients);
          const added = gradients.map((gradient, index) =>
            body.addScaled(
              { a: sums[index] ?? gradient, b: gradient, by: isMeasured },
              { factor: 1 },
            ),
          );
          const told = [square, product, body.multiply({ a: product, b: product })].map(
            (value, index) =>
              body.addScaled({ a: seen[index] ?? value, b: value, by: isMeasured }, { factor: 1 }),
          );
          const measured = {
            looks,
            sumSquare: sumOfProducts(body, added, added),
            motion: motionOf(body, added),
            told,
          };
          const later = adaptedTime(body, { time, product, isMeasured }, measured, rule);
          const gain = gainAt(body, later, measured, rule);
          const length = body.multiply({ a: gain, b: size });
          const steps = gradients.map((value) =>
            body.scale({ value, by: length }, { factor: -voxelMm }),
          );
          const moved = problem.retract(variables, steps);
          const isLooking = body.compareScalars(
            { a: iteration, b: body.constant([looks - 1.5]) },
            { is: 'less' },
          );
          return {
            // A model that smooths its field would do so even without a step.
            variables: moved.map((whenFalse, index) =>
              body.select({
                condition: isLooking,
                whenTrue: variables[index] ?? whenFalse,
                whenFalse,
              }),
            ),
            state: [...added, ...gradients, ...told, later],
            evaluation,
          };
        },
      },
    };
  },
});
