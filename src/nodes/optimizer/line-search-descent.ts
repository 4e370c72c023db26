import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { numberParameter } from '../../runtime/api/nodes/parameters';
import {
  searchFrom,
  searchStart,
  searchValues,
  steepest,
  tryStep,
} from '../registration/line-search';
import { searchParameters } from '../shared/search-parameters';

export const lineSearchDescent = defineNode({
  type: 'optimizer.line-search',
  version: 1,
  title: 'Gradient descent with line search',
  section: 'optimizer',
  synonyms: ['backtracking', 'Armijo', 'steepest descent', 'adaptive step', 'monotone'],
  documentation: {
    summary: 'Goes down the gradient by steps that it shortens until the loss falls.',
    details: `Each iteration tries one step down the gradient and evaluates it. Where the loss falls by
enough, the step is accepted and the next one may be longer; where it does not, the step is taken back
exactly and tried at half its length. So the loss on the curve never rises, and no step length has to be
guessed: *longest step* is only where it begins.

The level is done once steps below the *shortest step* help no more; it ends up to twenty iterations
later. Steps that were taken back count as iterations, not as convergence.

It suits rigid and affine models and any objective that is smooth; L-BFGS needs fewer iterations. With a
field model, whose smoothing after each step may raise the loss by itself, the search ends where smoothing
outweighs what a step gains: set *smooth field* low, or use normalized Adam.

Half the length and a ten-thousandth of the promised fall are the defaults of libLBFGS 1.10.`,
    formula: String.raw`x \leftarrow x + t\,d \ \text{ if } \ \mathcal{L}(x + t\,d) \le \mathcal{L}(x) + c_1\,t\,g^{\top} d,
\ \text{ else } \ t \leftarrow \tau t;\qquad d = -\,s\,h\,\frac{g}{\max_x \lVert g(x)\rVert}`,
    references: [
      {
        text: 'Armijo: Minimization of functions having Lipschitz continuous first partial derivatives, 1966',
        doi: '10.2140/pjm.1966.16.1',
      },
      {
        text: 'Nocedal, Wright: Numerical Optimization, chapter 3, 2006',
        doi: '10.1007/978-0-387-40065-5',
      },
    ],
  },
  params: z.object({
    ...searchParameters(),
    grow: numberParameter({
      title: 'Grow',
      help: 'By how much a step is longer than the accepted one before; 1 never goes back to longer steps.',
      default: 1.5,
      min: 1,
      max: 4,
      advanced: true,
    }),
  }),
  inputs: {},
  outputs: {
    optimizer: { type: 'optimizer', doc: 'Steps down the gradient that lower the loss.' },
  },
  lower(b, _, { stepVoxels, grow, ...rule }) {
    const size = b.dial('stepVoxels', stepVoxels);
    return {
      optimizer: {
        kind: 'optimizer',
        takesBack: true,
        start: (body, variables) => searchValues(searchStart(body, variables)),
        // Another level has another loss: what was known of the last one says nothing.
        refine: (body, _state, variables) => searchValues(searchStart(body, variables)),
        iterate(body, problem, reached) {
          const { search } = searchFrom(reached.state, reached.variables.length);
          const direction = steepest(body, problem, search.gradient, size);
          const trial = tryStep(body, problem, reached, search, direction, rule);
          const { state, isFirst, isExhausted, iteration } = trial;
          const longer = body.combineScalars(
            { a: body.scale({ value: state.length }, { factor: grow }), b: body.constant([1]) },
            { operation: 'minimum' },
          );
          const mayGrow = body.combineScalars(
            { a: iteration.accepted, b: isFirst },
            { operation: 'subtract' },
          );
          const length = body.select({
            condition: mayGrow,
            whenTrue: longer,
            whenFalse: state.length,
          });
          const done = body.combineScalars(
            { a: search.done, b: isExhausted },
            { operation: 'maximum' },
          );
          return { ...iteration, done, state: searchValues({ ...state, length, done }) };
        },
      },
    };
  },
});
