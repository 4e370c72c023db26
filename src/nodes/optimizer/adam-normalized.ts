import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { numberParameter } from '../../runtime/api/nodes/parameters';
import { resampleLike } from '../registration/resample';
import { zerosLike } from '../registration/zeros-like';
import { stepParameters } from '../shared/step-parameters';

/**
 * Gradients are per mm, and ε is per this share of the image's half extent, a millimetre on an image of
 * 20 cm: the same voxels then take the same way, whatever unit their header is in.
 */
const unitOfRadius = 0.01;

export const adamNormalized = defineNode({
  type: 'optimizer.adam-normalized',
  version: 1,
  title: 'Adam, normalized',
  section: 'optimizer',
  synonyms: ['adaptive', 'Riemannian', 'momentum', 'FireANTs', 'moments'],
  documentation: {
    summary: 'Adam for each number, its longest step limited to a fraction of a voxel.',
    details: `Every number of the model keeps a running mean of its gradient and of the gradient's
square; the step is one over the root of the other, so that places of faint and of strong contrast
move equally well. Then the whole step is shrunk until its longest vector is no longer than *step*
voxels of the level.

The *least gradient* ε is what the objective changes by for a motion of a hundredth of half the image's
longest side *r* (1 mm on an image of 20 cm): neither the voxel size nor the unit of the headers
changes what it means.

The best choice for deformable models, and a good one for rigid and affine ones, where a *final
fraction* below 1 lets it settle.

Between levels the running means are carried on (those of a field resampled) while the count *t* starts
anew. Its corrections then divide means that are no longer near zero, so that the first steps of a
level are shorter than the fraction above: with the usual memories of 0.9 and 0.99 by a quarter at the
second step, by half from the fifth to the thirtieth, by a fifth at the hundredth. A finer level so
starts with care; where it has few iterations, it may need a longer *step*.`,
    formula: String.raw`m \leftarrow \beta_1 m + (1-\beta_1) g,\quad v \leftarrow \beta_2 v + (1-\beta_2) g^2,\quad
d = \frac{m/(1-\beta_1^t)}{\sqrt{v/(1-\beta_2^t)}+100\,\varepsilon/r},\quad
\delta = -\,s\,h\,\frac{d}{\max(1, \max_x\lVert d(x)\rVert)}`,
    references: [
      {
        text: 'Kingma, Ba: Adam: A method for stochastic optimization, 2014',
        doi: '10.48550/arXiv.1412.6980',
      },
      {
        text: 'Jena, Chaudhari, Gee: FireANTs: Adaptive Riemannian optimization for multi-scale diffeomorphic registration, 2024',
        doi: '10.48550/arXiv.2404.01249',
      },
    ],
  },
  params: z.object({
    ...stepParameters(0.25),
    beta1: numberParameter({
      title: 'Memory of the gradient',
      help: 'Share of the running mean that is kept each iteration; more is steadier and slower to turn.',
      default: 0.9,
      min: 0,
      max: 0.999,
      advanced: true,
    }),
    beta2: numberParameter({
      title: 'Memory of the square',
      help: 'Share of the running mean square that is kept each iteration.',
      default: 0.99,
      min: 0,
      max: 0.9999,
      advanced: true,
    }),
    epsilon: numberParameter({
      title: 'Least gradient',
      help: 'Added below the fraction: gradients much fainter than this do not move anything. Per hundredth of half the image’s longest side.',
      default: 1e-8,
      min: 1e-12,
      max: 1,
      advanced: true,
    }),
  }),
  inputs: {},
  outputs: { optimizer: { type: 'optimizer', doc: 'Adam with its longest step limited.' } },
  lower(b, _, { stepVoxels, finalFraction, beta1, beta2, epsilon }) {
    const size = b.dial('stepVoxels', stepVoxels);
    return {
      optimizer: {
        kind: 'optimizer',
        start: (body, variables) =>
          variables.flatMap((variable) => [zerosLike(body, variable), zerosLike(body, variable)]),
        refine: (body, state, variables) =>
          state.map((value, index) =>
            resampleLike(body, value, variables[Math.floor(index / 2)] ?? value),
          ),
        iterate(body, problem, { variables, state, iteration }) {
          const { voxelMm, radiusMm, maxIterations } = problem.level;
          const evaluation = problem.evaluate(variables);
          const moved = problem.precondition(evaluation.gradient).map((vector, index) => {
            const [mean = vector, variance = vector] = state.slice(2 * index, 2 * index + 2);
            const adam = body.adam(
              { gradient: vector, mean, variance, iteration },
              { beta1, beta2, epsilon: epsilon / (radiusMm * unitOfRadius) },
            );
            const largest = body.largestNorm({ vector: adam.direction });
            const step = body.scaledStep(
              { direction: adam.direction, largest, size, iteration },
              { unitMm: voxelMm, cap: true, finalFraction, maxIterations },
            );
            return { step, state: [adam.mean, adam.variance] };
          });
          const steps = moved.map(({ step }) => step);
          return {
            variables: problem.retract(variables, steps),
            state: moved.flatMap((one) => one.state),
            evaluation,
          };
        },
      },
    };
  },
});
