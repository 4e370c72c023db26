import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import type {
  Evaluation,
  Iteration,
  Problem,
  Reached,
  Variables,
} from '../../runtime/api/nodes/port-values';
import { zerosLike } from './zeros-like';

/** How a trial is judged, and how far the next one goes. */
export interface SearchRule {
  /** Share of the fall that the slope promises which a trial must reach (Armijo's c₁). */
  readonly sufficientDecrease: number;
  /** What is left of a step after it was taken back. */
  readonly shrink: number;
  /** Steps whose longest vector is shorter than this, in voxels of the level, are not tried. */
  readonly shortestVoxels: number;
}

/** The state that a search carries: where its gradient was taken, and how far it goes next. */
export interface SearchState {
  /** Gradient at the variables that were accepted last. */
  readonly gradient: Variables;
  /** Their loss. */
  readonly loss: ValueId;
  /** Fraction of the direction that the next trial goes. */
  readonly length: ValueId;
  /** Not 0 once no step makes the loss less. */
  readonly done: ValueId;
}

/** What came of one trial. */
export interface Trial<Found extends Evaluation> {
  readonly iteration: Omit<Iteration<Found>, 'state'> & { readonly accepted: ValueId };
  /** The steps that were tried. */
  readonly steps: Variables;
  /** 1 in the first iteration of a level, which only looks at where it starts. */
  readonly isFirst: ValueId;
  /** 1 where the trial was taken back and the next one would be too short. */
  readonly isExhausted: ValueId;
  /** Gradient and loss at what is accepted now; `length` after a step back, `done` as it was. */
  readonly state: SearchState;
}

/** A search that has seen nothing yet. */
export function searchStart(b: Builder, variables: Variables): SearchState {
  return {
    gradient: variables.map((variable) => zerosLike(b, variable)),
    loss: b.constant([0]),
    length: b.constant([1]),
    done: b.constant([0]),
  };
}

export function searchValues({ gradient, loss, length, done }: SearchState): Variables {
  return [...gradient, loss, length, done];
}

/** The opposite of `searchValues`: the state of `count` variables, and what comes after it. */
export function searchFrom(
  values: Variables,
  count: number,
): { readonly search: SearchState; readonly rest: Variables } {
  const [loss, length, done] = values.slice(count, count + 3);
  if (loss === undefined || length === undefined || done === undefined) {
    throw new RangeError('The state of a line search is incomplete.');
  }
  const search = { gradient: values.slice(0, count), loss, length, done };
  return { search, rest: values.slice(count + 3) };
}

/**
 * One trial of a backtracking line search: one evaluation, accepted where it lowers the loss by enough
 * (Armijo: L(x + t·d) ≤ L(x) + c₁·t·gᵀd), else taken back, variables and all, to be tried shorter. Once
 * the search is done nothing is accepted any more. A slope that points uphill promises nothing, so that
 * an accepted loss is never above the one before.
 * @param direction steps of a trial of length 1; zero in the first iteration, whose gradient is not known
 */
export function tryStep<Found extends Evaluation>(
  b: Builder,
  problem: Problem<Found>,
  { variables, iteration }: Reached,
  search: SearchState,
  direction: Variables,
  rule: SearchRule,
): Trial<Found> {
  const [zero, one] = [b.constant([0]), b.constant([1])];
  const isFirst = b.compareScalars({ a: iteration, b: zero }, { is: 'lessOrEqual' });
  const slope = b.combineScalars(
    { a: sumOfProducts(b, search.gradient, direction), b: zero },
    { operation: 'minimum' },
  );
  const steps = direction.map((value) => b.scale({ value, by: search.length }, { factor: 1 }));
  const moved = problem.retract(variables, steps);
  const evaluation = problem.evaluate(moved);
  const bound = b.addScaled(
    { a: search.loss, b: slope, by: search.length },
    { factor: rule.sufficientDecrease },
  );
  const isLower = b.compareScalars({ a: evaluation.loss, b: bound }, { is: 'lessOrEqual' });
  const isOpen = b.compareScalars({ a: search.done, b: zero }, { is: 'equal' });
  const isGood = b.combineScalars({ a: isFirst, b: isLower }, { operation: 'maximum' });
  const accepted = b.multiply({ a: isOpen, b: isGood });
  const keep = (whenTrue: ValueId, whenFalse: ValueId): ValueId =>
    b.select({ condition: accepted, whenTrue, whenFalse });
  const shorter = b.scale({ value: search.length }, { factor: rule.shrink });
  const longestMm = b.multiply({ a: largestOf(b, direction), b: shorter });
  const shortestMm = b.constant([rule.shortestVoxels * problem.level.voxelMm]);
  const isTooShort = b.compareScalars({ a: longestMm, b: shortestMm }, { is: 'less' });
  const isTakenBack = b.combineScalars({ a: one, b: accepted }, { operation: 'subtract' });
  return {
    iteration: {
      variables: moved.map((value, index) => keep(value, variables[index] ?? value)),
      evaluation,
      accepted,
      done: search.done,
    },
    steps,
    isFirst,
    isExhausted: b.multiply({ a: isTooShort, b: isTakenBack }),
    state: {
      gradient: evaluation.gradient.map((value, index) =>
        keep(value, search.gradient[index] ?? value),
      ),
      loss: keep(evaluation.loss, search.loss),
      length: keep(search.length, shorter),
      done: search.done,
    },
  };
}

/** Σ aᵀb over all variables. */
export function sumOfProducts(b: Builder, left: Variables, right: Variables): ValueId {
  const products = left.map((value, index) => b.dot({ a: value, b: right[index] ?? value }));
  return products.reduce((sum, product) => b.add({ a: sum, b: product }));
}

/** The longest vector of all variables, in their unit; of scalars, their norm. */
export function largestOf(b: Builder, vectors: Variables): ValueId {
  return vectors
    .map((vector) => b.largestNorm({ vector }))
    .reduce((a, other) => b.combineScalars({ a, b: other }, { operation: 'maximum' }));
}

/** The steepest way down, its longest vector `size` voxels of the level; zero where there is none. */
export function steepest(
  b: Builder,
  { precondition, level }: Pick<Problem, 'precondition' | 'level'>,
  gradient: Variables,
  size: ValueId,
): Variables {
  const shaped = precondition(gradient);
  const perUnit = b.combineScalars({ a: size, b: largestOf(b, shaped) }, { operation: 'divide' });
  return shaped.map((value) => b.scale({ value, by: perUnit }, { factor: -level.voxelMm }));
}
