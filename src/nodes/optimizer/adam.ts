import { z } from 'zod';
import type { Builder } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { numberParameter } from '../../runtime/api/nodes/parameters';
import type { Variables } from '../../runtime/api/nodes/port-values';
import { zerosLike } from '../registration/zeros-like';
import { stepParameters } from '../shared/step-parameters';

export const adam = defineNode({
  type: 'optimizer.adam',
  version: 1,
  title: 'Adam',
  section: 'optimizer',
  synonyms: ['adaptive', 'moments', 'learning rate', 'PyTorch', 'stochastic'],
  documentation: {
    summary:
      'Adam as published: each number moves by about the step, whatever the size of its gradient.',
    details: `Every number of the model keeps a running mean of its gradient and of the gradient's
square, and moves by the step times the one over the root of the other: by about one step an iteration where its gradient keeps
its sign, by less where that wavers. What is called the learning rate elsewhere is the *step*, in voxels of the level.

Unlike *Adam, normalized* the whole step is not held to a length: the three components of a vector, or the twelve numbers of an
affine, each take their own. And both means begin anew at each level, as they do where each level is an optimization of its own. Take it to
repeat what was done with Adam in PyTorch or another framework, and normalized Adam otherwise.

The means' memories and ε are Kingma and Ba's, which PyTorch 2 has too. In a field, ε as small as that moves what is flat by its noise: a
larger one lets it rest. It is in the objective's units per mm, summed over the voxels for a field, as the gradient is.`,
    formula: String.raw`m \leftarrow \beta_1 m + (1-\beta_1) g,\quad v \leftarrow \beta_2 v + (1-\beta_2) g^2,\quad
\delta = -\,s\,h\,\frac{m/(1-\beta_1^t)}{\sqrt{v/(1-\beta_2^t)}+\varepsilon}`,
    references: [
      {
        text: 'Kingma, Ba: Adam: A method for stochastic optimization, 2014',
        doi: '10.48550/arXiv.1412.6980',
      },
    ],
  },
  params: z.object({
    ...stepParameters(0.1),
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
      default: 0.999,
      min: 0,
      max: 0.9999,
      advanced: true,
    }),
    epsilon: numberParameter({
      title: 'Least gradient',
      help: 'Added below the fraction: gradients much fainter than this do not move anything.',
      default: 1e-8,
      min: 1e-12,
      max: 1,
      advanced: true,
    }),
  }),
  inputs: {},
  outputs: { optimizer: { type: 'optimizer', doc: 'Adam, its steps not limited.' } },
  lower(b, _, { stepVoxels, finalFraction, ...moments }) {
    const size = b.dial('stepVoxels', stepVoxels);
    const anew = (body: Builder, variables: Variables): Variables =>
      variables.flatMap((variable) => [zerosLike(body, variable), zerosLike(body, variable)]);
    return {
      optimizer: {
        kind: 'optimizer',
        start: anew,
        refine: (body, _state, variables) => anew(body, variables),
        iterate(body, problem, { variables, state, iteration }) {
          const { voxelMm: unitMm, maxIterations } = problem.level;
          const evaluation = problem.evaluate(variables);
          const moved = problem.precondition(evaluation.gradient).map((gradient, index) => {
            const [mean = gradient, variance = gradient] = state.slice(2 * index, 2 * index + 2);
            const found = body.adam({ gradient, mean, variance, iteration }, moments);
            const step = body.scaledStep(
              { direction: found.direction, largest: body.constant([1]), size, iteration },
              { unitMm, cap: false, finalFraction, maxIterations },
            );
            return { step, state: [found.mean, found.variance] };
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
