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
  sumOfProducts,
  tryStep,
} from '../registration/line-search';
import { zerosLike } from '../registration/zeros-like';
import { searchParameters } from '../shared/search-parameters';

export const conjugateGradient = defineNode({
  type: 'optimizer.conjugate-gradient',
  version: 1,
  title: 'Conjugate gradient',
  section: 'optimizer',
  synonyms: [
    'CG',
    'NCG',
    'Polak-Ribière',
    'nonlinear conjugate gradient',
    'line search',
    'NiftyReg',
  ],
  documentation: {
    summary:
      'Goes down the gradient without undoing what earlier steps won, and searches along each way.',
    details: `Each direction is the gradient turned by a share of the direction before, so that on a loss shaped like a bowl no
step spoils the one before it: long valleys are followed instead of crossed. That share is Polak and Ribière's, and never below 0: where
the gradient has little to do with the last one it begins anew by itself. So it does where no step along a direction helps,
before the level is done.

Along a direction steps are tried as in *Gradient descent with line search*: one evaluation an iteration, taken back exactly
where the loss does not fall by enough, so that the loss on the curve never rises. After an accepted step the slope there says how far the
next one should go.

It remembers one direction where L-BFGS holds *memory* pairs, so that it suits fields and splines whose copies are dear: it is what NiftyReg moves
control points with. For rigid and affine models L-BFGS needs fewer iterations. Models that smooth their field after each step end the search
early: set *smooth field* to 0 and let a regularizer keep the field smooth, or use normalized Adam.`,
    formula: String.raw`d_{k+1} = -K g_{k+1} + \beta\,d_k,\qquad
\beta = \max\Big(0,\ \frac{g_{k+1}^{\top} K\,(g_{k+1}-g_k)}{g_k^{\top} K g_k}\Big)`,
    references: [
      {
        text: 'Gilbert, Nocedal: Global convergence properties of conjugate gradient methods for optimization, 1992',
        doi: '10.1137/0802003',
      },
      {
        text: 'Modat et al.: Fast free-form deformation using graphics processing units, 2010',
        doi: '10.1016/j.cmpb.2009.09.002',
      },
    ],
  },
  params: z.object({
    ...searchParameters(),
    grow: numberParameter({
      title: 'Grow',
      help: 'By how much a step may be longer than the accepted one before.',
      default: 2,
      min: 1,
      max: 4,
      advanced: true,
    }),
  }),
  inputs: {},
  outputs: {
    optimizer: { type: 'optimizer', doc: 'Steps along conjugate directions that lower the loss.' },
  },
  lower(b, _, { stepVoxels, grow, ...rule }) {
    const size = b.dial('stepVoxels', stepVoxels);
    // Another level has another loss: nothing of the last one holds.
    const anew = (body: Builder, variables: Variables): Variables => [
      ...searchValues(searchStart(body, variables)),
      ...conjugateValues({
        direction: variables.map((variable) => zerosLike(body, variable)),
        steepest: variables.map((variable) => zerosLike(body, variable)),
        energy: body.constant([0]),
        isTurned: body.constant([0]),
      }),
    ];
    return {
      optimizer: {
        kind: 'optimizer',
        takesBack: true,
        start: anew,
        refine: (body, _state, variables) => anew(body, variables),
        iterate(body, problem, reached) {
          const count = reached.variables.length;
          const [zero, one] = [body.constant([0]), body.constant([1])];
          const { search, rest } = searchFrom(reached.state, count);
          const known = conjugateFrom(rest, count);
          const unit = body.combineScalars(
            {
              a: body.scale({ value: size }, { factor: problem.level.voxelMm }),
              b: largestOf(body, known.direction),
            },
            { operation: 'divide' },
          );
          const steps = known.direction.map((value) =>
            body.scale({ value, by: unit }, { factor: 1 }),
          );
          const trial = tryStep(body, problem, reached, search, steps, rule);
          const { state, isFirst, isExhausted, iteration } = trial;
          const { accepted, evaluation } = iteration;
          const isStep = body.combineScalars(
            { a: accepted, b: isFirst },
            { operation: 'subtract' },
          );

          const shaped = problem.precondition(evaluation.gradient);
          const energy = sumOfProducts(body, evaluation.gradient, shaped);
          const common = sumOfProducts(body, search.gradient, shaped);
          const along = sumOfProducts(body, evaluation.gradient, known.direction);
          const share = body.combineScalars(
            {
              a: body.combineScalars(
                {
                  a: body.combineScalars({ a: energy, b: common }, { operation: 'subtract' }),
                  b: known.energy,
                },
                { operation: 'divide' },
              ),
              b: zero,
            },
            { operation: 'maximum' },
          );
          // Only a direction that goes down: gᵀd = −gᵀKg + β gᵀd₀ < 0.
          const isDown = body.compareScalars(
            { a: body.multiply({ a: share, b: along }), b: energy },
            { is: 'less' },
          );
          const beta = body.multiply({ a: share, b: body.multiply({ a: isDown, b: isStep }) });
          const steepest = shaped.map((value) => body.scale({ value }, { factor: -1 }));
          const turned = steepest.map((value, index) =>
            body.addScaled(
              { a: value, b: known.direction[index] ?? value, by: beta },
              { factor: 1 },
            ),
          );

          // Where a turned direction leads nowhere, the steepest is tried before the search is given up.
          const restarts = body.multiply({ a: isExhausted, b: known.isTurned });
          const choose = (condition: ValueId, news: Variables, olds: Variables): Variables =>
            news.map((value, index) =>
              body.select({ condition, whenTrue: value, whenFalse: olds[index] ?? value }),
            );
          const [heldEnergy = energy, heldTurn = beta] = choose(
            accepted,
            [energy, body.compareScalars({ a: beta, b: zero }, { is: 'greater' })],
            [known.energy, known.isTurned],
          );
          const heldSteepest = choose(accepted, steepest, known.steepest);
          const next = {
            direction: choose(restarts, known.steepest, choose(accepted, turned, known.direction)),
            steepest: heldSteepest,
            energy: heldEnergy,
            isTurned: body.combineScalars({ a: heldTurn, b: restarts }, { operation: 'subtract' }),
          };
          const slopeBefore = sumOfProducts(body, search.gradient, known.direction);
          const farther = longer(body, slopeBefore, along, state.length, rule.shrink, grow);
          const [length = one] = choose(restarts, [one], choose(isStep, [farther], [state.length]));
          const isOver = body.combineScalars(
            { a: isExhausted, b: restarts },
            { operation: 'subtract' },
          );
          const done = body.combineScalars({ a: search.done, b: isOver }, { operation: 'maximum' });
          return {
            ...iteration,
            done,
            state: [...searchValues({ ...state, length, done }), ...conjugateValues(next)],
          };
        },
      },
    };
  },
});

/** What conjugate gradients carry beside the search, all at the variables that were accepted last. */
interface Conjugate {
  /** Where the next trials go, of any length. */
  readonly direction: Variables;
  /** −Kg, the preconditioned gradient downwards. */
  readonly steepest: Variables;
  /** gᵀKg. */
  readonly energy: ValueId;
  /** 1 where the direction holds a share of the one before it. */
  readonly isTurned: ValueId;
}

function conjugateValues({ direction, steepest, energy, isTurned }: Conjugate): Variables {
  return [...direction, ...steepest, energy, isTurned];
}

/** The opposite of `conjugateValues`, for `count` variables. */
function conjugateFrom(values: Variables, count: number): Conjugate {
  const [energy, isTurned] = values.slice(2 * count);
  if (energy === undefined || isTurned === undefined) {
    throw new RangeError('The state of conjugate gradients is incomplete.');
  }
  return {
    direction: values.slice(0, count),
    steepest: values.slice(count, 2 * count),
    energy,
    isTurned,
  };
}

/**
 * How far to go next, as a fraction of the longest step: to where a parabola through both slopes along the last
 * step has its floor, but not beyond `grow` times that step nor below `shrink` of it.
 */
function longer(
  b: Builder,
  slopeBefore: ValueId,
  slopeAfter: ValueId,
  length: ValueId,
  shrink: number,
  grow: number,
): ValueId {
  const [one, zero] = [b.constant([1]), b.constant([0])];
  const rise = b.combineScalars({ a: slopeBefore, b: slopeAfter }, { operation: 'subtract' });
  const floor = b.combineScalars({ a: slopeBefore, b: rise }, { operation: 'divide' });
  // Both slopes point down and the second more so: the floor is not ahead.
  const isAhead = b.compareScalars({ a: rise, b: zero }, { is: 'less' });
  const most = b.constant([grow]);
  const factor = b.select({
    condition: isAhead,
    whenTrue: b.combineScalars(
      {
        a: b.combineScalars({ a: floor, b: most }, { operation: 'minimum' }),
        b: b.constant([shrink]),
      },
      { operation: 'maximum' },
    ),
    whenFalse: most,
  });
  return b.combineScalars(
    { a: b.multiply({ a: length, b: factor }), b: one },
    { operation: 'minimum' },
  );
}
