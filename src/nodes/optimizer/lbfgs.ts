import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { integerParameter } from '../../runtime/api/nodes/parameters';
import {
  noPairs,
  pairsFrom,
  pairValues,
  remember,
  timesInverseHessian,
} from '../registration/curvature-pairs';
import {
  largestOf,
  searchFrom,
  searchStart,
  searchValues,
  tryStep,
} from '../registration/line-search';
import { searchParameters } from '../shared/search-parameters';

export const lbfgs = defineNode({
  type: 'optimizer.lbfgs',
  version: 1,
  title: 'L-BFGS',
  section: 'optimizer',
  synonyms: ['quasi-Newton', 'BFGS', 'limited memory', 'Hessian', 'second order', 'line search'],
  documentation: {
    summary:
      'Learns how the loss curves from its last steps, and goes where a parabola has its floor.',
    details: `From the last few steps and how the gradient changed along each, it builds the inverse of
the loss's curvature and multiplies the gradient by it: rotation, shift and scale then each get the step
that suits them. A step that does not lower the loss by enough is taken back exactly and tried at half its
length, one evaluation an iteration, so that the loss on the curve never rises.

The best choice for rigid and affine models with a smooth objective (squared differences, correlation):
it takes a fraction of the iterations of Adam and ends by itself, far closer to the optimum. Pairs along
which the gradient does not rise are left out; where no step helps, the memory is cleared and the gradient
itself is tried before the level is done. It ends up to twenty iterations later.

With a field model the memory holds *memory* pairs of whole fields, and the model's smoothing after each
step, which the curvature knows nothing of, ends the search early: use normalized Adam there.

Six pairs, half the length and a ten-thousandth of the promised fall are the defaults of libLBFGS 1.10.`,
    formula: String.raw`d = -H g,\qquad H_{k+1} = (I - \rho s y^{\top})\,H_k\,(I - \rho y s^{\top}) + \rho s s^{\top},\quad
\rho = \frac{1}{y^{\top}s},\quad s = x_{k+1}-x_k,\quad y = g_{k+1}-g_k`,
    references: [
      {
        text: 'Nocedal: Updating quasi-Newton matrices with limited storage, 1980',
        doi: '10.1090/S0025-5718-1980-0572855-7',
      },
      {
        text: 'Liu, Nocedal: On the limited memory BFGS method for large scale optimization, 1989',
        doi: '10.1007/BF01589116',
      },
    ],
  },
  params: z.object({
    ...searchParameters(),
    memory: integerParameter({
      title: 'Memory',
      help: 'Steps from which the curvature is learned; more is closer to it and takes more memory.',
      default: 6,
      min: 1,
      max: 20,
      advanced: true,
    }),
  }),
  inputs: {},
  outputs: { optimizer: { type: 'optimizer', doc: 'Steps by the curvature that was seen.' } },
  lower(b, _, { stepVoxels, memory, ...rule }) {
    const size = b.dial('stepVoxels', stepVoxels);
    return {
      optimizer: {
        kind: 'optimizer',
        takesBack: true,
        start: (body, variables) => [
          ...searchValues(searchStart(body, variables)),
          ...pairValues(noPairs(body, variables, memory)),
        ],
        // Another level has another loss: its curvature is learned anew.
        refine: (body, _state, variables) => [
          ...searchValues(searchStart(body, variables)),
          ...pairValues(noPairs(body, variables, memory)),
        ],
        iterate(body, problem, reached) {
          const [zero, one] = [body.constant([0]), body.constant([1])];
          const { search, rest } = searchFrom(reached.state, reached.variables.length);
          const pairs = pairsFrom(rest, reached.variables.length);
          const newton = timesInverseHessian(body, problem, pairs, search.gradient);
          const mostMm = body.scale({ value: size }, { factor: problem.level.voxelMm });
          const fitting = body.combineScalars(
            { a: mostMm, b: largestOf(body, newton) },
            { operation: 'divide' },
          );
          const hasPairs = body.compareScalars(
            { a: pairs[0]?.weight ?? zero, b: zero },
            { is: 'greater' },
          );
          // Without curvature a direction has no length of its own: it then is as long as it may be.
          const by = body.select({
            condition: hasPairs,
            whenTrue: body.combineScalars({ a: one, b: fitting }, { operation: 'minimum' }),
            whenFalse: fitting,
          });
          const direction = newton.map((value) => body.scale({ value, by }, { factor: -1 }));
          const trial = tryStep(body, problem, reached, search, direction, rule);
          const { state, isFirst, isExhausted, iteration, steps } = trial;
          const isStep = body.combineScalars(
            { a: iteration.accepted, b: isFirst },
            { operation: 'subtract' },
          );
          const change = iteration.evaluation.gradient.map((value, index) =>
            body.addScaled(
              { a: value, b: search.gradient[index] ?? value, by: one },
              { factor: -1 },
            ),
          );
          // Where the learned direction leads nowhere, it is forgotten before the search is given up.
          const forgets = body.multiply({ a: isExhausted, b: hasPairs });
          const stays = body.combineScalars({ a: one, b: forgets }, { operation: 'subtract' });
          const remembered = remember(body, pairs, steps, change, isStep).map((pair) => ({
            ...pair,
            weight: body.multiply({ a: pair.weight, b: stays }),
          }));
          const isNew = body.combineScalars(
            { a: iteration.accepted, b: forgets },
            { operation: 'maximum' },
          );
          const length = body.select({ condition: isNew, whenTrue: one, whenFalse: state.length });
          const isOver = body.combineScalars(
            { a: isExhausted, b: forgets },
            { operation: 'subtract' },
          );
          const done = body.combineScalars({ a: search.done, b: isOver }, { operation: 'maximum' });
          return {
            ...iteration,
            done,
            state: [...searchValues({ ...state, length, done }), ...pairValues(remembered)],
          };
        },
      },
    };
  },
});
