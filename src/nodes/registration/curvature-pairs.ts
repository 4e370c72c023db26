import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import type { Problem, Variables } from '../../runtime/api/nodes/port-values';
import { sumOfProducts } from './line-search';
import { zerosLike } from './zeros-like';

/**
 * A step and by how much the gradient changed along it. `weight` is 1 / yᵀs; 0 where there is no such
 * pair yet, which then has no effect.
 */
export interface CurvaturePair {
  readonly step: Variables;
  readonly change: Variables;
  readonly weight: ValueId;
}

/** A memory of pairs, newest first, that holds none. */
export function noPairs(
  b: Builder,
  variables: Variables,
  memory: number,
): readonly CurvaturePair[] {
  const nothing = variables.map((variable) => zerosLike(b, variable));
  return Array.from({ length: memory }, () => ({
    step: nothing,
    change: nothing,
    weight: b.constant([0]),
  }));
}

export function pairValues(pairs: readonly CurvaturePair[]): Variables {
  return pairs.flatMap(({ step, change, weight }) => [...step, ...change, weight]);
}

/** The opposite of `pairValues`, for `count` variables. */
export function pairsFrom(values: Variables, count: number): readonly CurvaturePair[] {
  const length = 2 * count + 1;
  return Array.from({ length: Math.floor(values.length / length) }, (_, index) => {
    const own = values.slice(index * length, (index + 1) * length);
    const weight = own[2 * count];
    if (weight === undefined) throw new RangeError('A curvature pair is incomplete.');
    return { step: own.slice(0, count), change: own.slice(count, 2 * count), weight };
  });
}

/**
 * The gradient times the inverse Hessian that the pairs stand for, by the two-loop recursion (Nocedal
 * 1980). It starts from the model's own preconditioner, scaled by yᵀs / yᵀKy of the newest pair; without
 * pairs it is the preconditioned gradient.
 */
export function timesInverseHessian(
  b: Builder,
  { precondition }: Pick<Problem, 'precondition'>,
  pairs: readonly CurvaturePair[],
  gradient: Variables,
): Variables {
  let vector = gradient;
  const shares = pairs.map(({ step, change, weight }) => {
    const share = b.multiply({ a: weight, b: sumOfProducts(b, step, vector) });
    vector = addScaled(b, vector, change, share, -1);
    return share;
  });
  vector = precondition(vector);
  const [newest] = pairs;
  if (newest) {
    const { change, weight } = newest;
    const curvature = sumOfProducts(b, change, precondition(change));
    const [zero, one] = [b.constant([0]), b.constant([1])];
    const scale = b.combineScalars(
      { a: one, b: b.multiply({ a: weight, b: curvature }) },
      { operation: 'divide' },
    );
    const by = b.select({
      condition: b.compareScalars({ a: weight, b: zero }, { is: 'greater' }),
      whenTrue: scale,
      whenFalse: one,
    });
    vector = vector.map((value) => b.scale({ value, by }, { factor: 1 }));
  }
  for (const [index, { step, change, weight }] of [...pairs.entries()].reverse()) {
    const back = b.multiply({ a: weight, b: sumOfProducts(b, change, vector) });
    const share = shares[index] ?? back;
    const by = b.combineScalars({ a: share, b: back }, { operation: 'subtract' });
    vector = addScaled(b, vector, step, by, 1);
  }
  return vector;
}

/**
 * The pairs with a new one in front, the oldest gone, where `isNew` is not 0 and the gradient rises along
 * the step: yᵀs > 0 by more than 1e-4 of their lengths. Others would spoil the direction, and a search
 * that only asks for decrease meets them.
 */
export function remember(
  b: Builder,
  pairs: readonly CurvaturePair[],
  step: Variables,
  change: Variables,
  isNew: ValueId,
): readonly CurvaturePair[] {
  const [zero, one] = [b.constant([0]), b.constant([1])];
  const product = b.combineScalars(
    { a: sumOfProducts(b, step, change), b: zero },
    { operation: 'maximum' },
  );
  const lengths = b.multiply({
    a: sumOfProducts(b, step, step),
    b: sumOfProducts(b, change, change),
  });
  const isCurved = b.compareScalars(
    { a: b.multiply({ a: product, b: product }), b: b.scale({ value: lengths }, { factor: 1e-8 }) },
    { is: 'greater' },
  );
  const condition = b.multiply({ a: isNew, b: isCurved });
  const weight = b.combineScalars({ a: one, b: product }, { operation: 'divide' });
  const shifted = [{ step, change, weight }, ...pairs];
  const keep = (whenTrue: ValueId, whenFalse: ValueId): ValueId =>
    b.select({ condition, whenTrue, whenFalse });
  const keepAll = (news: Variables, olds: Variables): Variables =>
    news.map((value, index) => keep(value, olds[index] ?? value));
  return pairs.map((old, index) => {
    const young = shifted[index] ?? old;
    return {
      step: keepAll(young.step, old.step),
      change: keepAll(young.change, old.change),
      weight: keep(young.weight, old.weight),
    };
  });
}

function addScaled(
  b: Builder,
  values: Variables,
  others: Variables,
  by: ValueId,
  factor: number,
): Variables {
  return values.map((value, index) =>
    b.addScaled({ a: value, b: others[index] ?? value, by }, { factor }),
  );
}
