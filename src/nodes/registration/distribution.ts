import type { Builder, ValueId } from '../../runtime/api/nodes/builder';

/**
 * What CMA-ES knows of n numbers, as the op `evolutionUpdate` takes it: the spread σ, two paths of n, the covariance and a root of
 * it, n × n each. At first nothing is known: σ = 1 in all directions.
 */
export function unknownDistribution(b: Builder, count: number): ValueId {
  const identity = Array.from({ length: count * count }, (_, k) => (k % (count + 1) === 0 ? 1 : 0));
  return b.constant([1, ...new Array<number>(2 * count).fill(0), ...identity, ...identity]);
}

/** The same shape as was learned, with a spread of 1 again and no path yet. */
export function restarted(b: Builder, distribution: ValueId, count: number): ValueId {
  const isShape = Array.from({ length: 1 + 2 * count + 2 * count * count }, (_, k) =>
    k > 2 * count ? 1 : 0,
  );
  const one = b.constant(isShape.map((_, k) => (k === 0 ? 1 : 0)));
  return b.add({ a: b.multiply({ a: distribution, b: b.constant(isShape) }), b: one });
}

/** The same with its spread multiplied by a number. */
export function widened(b: Builder, distribution: ValueId, count: number, factor: number): ValueId {
  const factors = Array.from({ length: 1 + 2 * count + 2 * count * count }, (_, k) =>
    k === 0 ? factor : 1,
  );
  return b.multiply({ a: distribution, b: b.constant(factors) });
}

/** The spread: standard deviation along the direction that is spread most, one scalar in the unit of the numbers. */
export function spreadOf(b: Builder, distribution: ValueId, count: number): ValueId {
  const isSpread = b.constant(
    Array.from({ length: 1 + 2 * count + 2 * count * count }, (_, k) => (k === 0 ? 1 : 0)),
  );
  return b.dot({ a: distribution, b: isSpread });
}
