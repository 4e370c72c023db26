import { z } from 'zod';
import type { Builder } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { choiceParameter, numberParameter } from '../../runtime/api/nodes/parameters';
import type { Variables } from '../../runtime/api/nodes/port-values';
import { zerosLike } from '../registration/zeros-like';
import { stepParameters } from '../shared/step-parameters';

export const gradientDescent = defineNode({
  type: 'optimizer.gradient-descent',
  version: 1,
  title: 'Gradient descent',
  section: 'optimizer',
  synonyms: ['steepest descent', 'GD', 'momentum', 'heavy ball', 'fixed rate', 'normalized', 'SGD'],
  documentation: {
    summary: 'Goes straight down the gradient, its longest vector *step* voxels long.',
    details: `*Normalized*, every step is divided by its longest vector, so that it does not depend on the
objective's units and is always *step* voxels long. It does not stop by itself: near the optimum it goes back and
forth by one step. Let *final fraction* bring the step down, or take *Regular step*, which halves it when it turns.

By a *fixed rate*, the first step of a level is *step* voxels long, and later ones are shorter as the gradient falls: it comes to rest,
but crawls where the gradient is faint.

*Momentum* is the share of the last direction that goes on: valleys are followed along their floor, and noise averages out. At a fixed rate
0.9 makes steps up to ten times as long in the end, so that *step* has to be smaller. It is forgotten between levels.

With no momentum there is no memory: what is seen on the curve is what the objective does, which
makes it the right optimizer to learn with. Normalized Adam needs fewer iterations.`,
    formula: String.raw`m \leftarrow \mu\,m + g,\qquad \delta = -\,s\,h\,\frac{m}{\max_x \lVert m(x)\rVert}
\quad\text{or}\quad \delta = -\,s\,h\,\frac{m}{\max_x \lVert g_0(x)\rVert}`,
    references: [
      {
        text: 'Klein, Staring, Pluim: Evaluation of optimization methods for nonrigid medical image registration using mutual information and B-splines, 2007',
        doi: '10.1109/TIP.2007.909412',
      },
    ],
  },
  params: z.object({
    ...stepParameters(0.25),
    stepRule: choiceParameter({
      title: 'Step rule',
      help: 'Normalized: every step is as long as Step says. Fixed rate: the first one is, later ones follow the gradient.',
      choices: ['normalized', 'fixed rate'],
      default: 'normalized',
    }),
    momentum: numberParameter({
      title: 'Momentum',
      help: 'Share of the last direction that is added to the gradient; 0 has no memory, 0.9 is usual.',
      default: 0,
      min: 0,
      max: 0.99,
    }),
  }),
  inputs: {},
  outputs: { optimizer: { type: 'optimizer', doc: 'Steps of a given length down the gradient.' } },
  lower(b, _, { stepVoxels, finalFraction, stepRule, momentum }) {
    const size = b.dial('stepVoxels', stepVoxels);
    const isFixed = stepRule === 'fixed rate';
    // For each variable its momentum, and the longest vector of the level's first gradient, where they are asked for.
    const noMemory = (body: Builder, variables: Variables): Variables =>
      variables.flatMap((variable) => [
        ...(momentum > 0 ? [zerosLike(body, variable)] : []),
        ...(isFixed ? [body.constant([0])] : []),
      ]);
    const each = (momentum > 0 ? 1 : 0) + (isFixed ? 1 : 0);
    return {
      optimizer: {
        kind: 'optimizer',
        start: noMemory,
        refine: (body, _state, variables) => noMemory(body, variables),
        iterate(body, problem, { variables, state, iteration }) {
          const { voxelMm, maxIterations } = problem.level;
          const evaluation = problem.evaluate(variables);
          const moved = problem.precondition(evaluation.gradient).map((gradient, index) => {
            const memory = state.slice(each * index, each * (index + 1));
            const direction =
              momentum > 0
                ? body.addScaled(
                    { a: gradient, b: memory[0] ?? gradient, by: body.constant([1]) },
                    { factor: momentum },
                  )
                : gradient;
            const longest = body.largestNorm({ vector: direction });
            const largest = isFixed
              ? body.select({
                  condition: body.compareScalars(
                    { a: iteration, b: body.constant([0]) },
                    { is: 'lessOrEqual' },
                  ),
                  whenTrue: longest,
                  whenFalse: memory.at(-1) ?? longest,
                })
              : longest;
            const step = body.scaledStep(
              { direction, largest, size, iteration },
              { unitMm: voxelMm, cap: false, finalFraction, maxIterations },
            );
            return {
              step,
              state: [...(momentum > 0 ? [direction] : []), ...(isFixed ? [largest] : [])],
            };
          });
          return {
            variables: problem.retract(
              variables,
              moved.map(({ step }) => step),
            ),
            state: moved.flatMap((one) => one.state),
            evaluation,
          };
        },
      },
    };
  },
});
