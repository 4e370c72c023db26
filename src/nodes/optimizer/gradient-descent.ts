import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { stepParameters } from '../shared/step-parameters';

export const gradientDescent = defineNode({
  type: 'optimizer.gradient-descent',
  version: 1,
  title: 'Gradient descent',
  section: 'optimizer',
  synonyms: ['steepest descent', 'GD', 'regular step', 'normalized'],
  documentation: {
    summary: 'Goes straight down the gradient, its longest vector always *step* voxels long.',
    details: `The gradient is divided by its longest vector, so that the step does not depend on the
objective's units. There is no memory: what is seen on the curve is what the objective does, which
makes it the right optimizer to learn with.

It does not stop by itself: near the optimum it goes back and forth by one step. Let *final fraction*
bring the step down, or use normalized Adam, which needs fewer iterations.`,
    formula: String.raw`\delta = -\,s\,h\,\frac{g}{\max_x \lVert g(x)\rVert}`,
    references: [
      {
        text: 'Klein, Staring, Pluim: Evaluation of optimization methods for nonrigid medical image registration using mutual information and B-splines, 2007',
        doi: '10.1109/TIP.2007.909412',
      },
    ],
  },
  params: z.object(stepParameters(0.25)),
  inputs: {},
  outputs: { optimizer: { type: 'optimizer', doc: 'Steps of a given length down the gradient.' } },
  lower(b, _, { stepVoxels, finalFraction }) {
    const size = b.dial('stepVoxels', stepVoxels);
    return {
      optimizer: {
        kind: 'optimizer',
        refine: (_, state) => state,
        start: () => [],
        iterate(body, problem, { variables, state, iteration }) {
          const { voxelMm, maxIterations } = problem.level;
          const evaluation = problem.evaluate(variables);
          const steps = problem
            .precondition(evaluation.gradient)
            .map((direction) =>
              body.scaledStep(
                { direction, largest: body.largestNorm({ vector: direction }), size, iteration },
                { unitMm: voxelMm, cap: false, finalFraction, maxIterations },
              ),
            );
          return { variables: problem.retract(variables, steps), state, evaluation };
        },
      },
    };
  },
});
