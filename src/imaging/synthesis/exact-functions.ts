/**
 * Exponential and logarithm out of + − × ÷ alone, which every engine rounds alike; those of `Math` differ between engines
 * in their last bits. Both are right to about 1e-13 of their value.
 */

const mostTerms = 13;
const oneOver: readonly number[] = Array.from({ length: mostTerms + 1 }, (_, n) => 1 / n);

/** eˣ for |x| up to 700: the series of x / 2ᵏ below 1/2, squared k times. */
export function exactExp(x: number): number {
  let reduced = x;
  let squarings = 0;
  while (reduced > 0.5 || reduced < -0.5) {
    reduced *= 0.5;
    squarings += 1;
  }
  let sum = 1;
  for (let n = mostTerms; n > 0; n -= 1) sum = 1 + sum * reduced * oneOver[n]!;
  for (let k = 0; k < squarings; k += 1) sum *= sum;
  return sum;
}

/** ln x for x > 0: halved or doubled to near 1, then the series of 2 artanh((x − 1) / (x + 1)). */
export function exactLog(x: number): number {
  let reduced = x;
  let halvings = 0;
  while (reduced > 1.5) {
    reduced *= 0.5;
    halvings += 1;
  }
  while (reduced < 0.75) {
    reduced *= 2;
    halvings -= 1;
  }
  const t = (reduced - 1) / (reduced + 1);
  const square = t * t;
  let sum = 0;
  for (let n = 19; n > 0; n -= 2) sum = 1 / n + square * sum;
  return halvings * Math.LN2 + 2 * t * sum;
}
