import { randomNumbers, scalars } from '../../support/case-values';
import type { OpCase } from '../../support/op-case';
import { pcg4d } from '../../support/pcg4d';

const gpu = {
  absolute: 2e-3,
  relative: 2e-3,
  because: 'sines and logarithms of WGSL are right to some 2^-11, and eigenvectors turn with them',
} as const;

const seed = 11;
const stream = 2;

/** Normal numbers of a candidate: two of each pair of uniform ones (Box and Muller). */
function normal(iteration: number, index: number, count: number): readonly number[] {
  const blocks = [0, 1, 2].flatMap((block) => {
    const u = pcg4d([seed, stream, iteration, 4 * index + block]).map(
      (bits) => Math.floor(bits / 256) / 2 ** 24,
    );
    return [0, 2].flatMap((pair) => {
      const r = Math.sqrt(-2 * Math.log(1 - u[pair]!));
      const angle = 2 * Math.PI * u[pair + 1]!;
      return [r * Math.cos(angle), r * Math.sin(angle)];
    });
  });
  return blocks.slice(0, count);
}

type Matrix = readonly (readonly number[])[];
const matrixOf = (n: number, entry: (i: number, j: number) => number): Matrix =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => entry(i, j)));
const product = (a: Matrix, b: Matrix): Matrix =>
  matrixOf(a.length, (i, j) => a[i]!.reduce((sum, v, k) => sum + v * b[k]![j]!, 0));
const times = (a: Matrix, v: readonly number[]): readonly number[] =>
  a.map((row) => row.reduce((sum, entry, k) => sum + entry * v[k]!, 0));
const transposed = (a: Matrix): Matrix => matrixOf(a.length, (i, j) => a[j]![i]!);

/** An orthogonal matrix: reflections at two directions. */
function turned(n: number, turnSeed: number): Matrix {
  const mirror = (s: number): Matrix => {
    const v = [...randomNumbers(n, s)];
    const square = v.reduce((sum, x) => sum + x * x, 0);
    return matrixOf(n, (i, j) => (i === j ? 1 : 0) - (2 * v[i]! * v[j]!) / square);
  };
  return product(mirror(turnSeed), mirror(turnSeed + 1));
}

/** A distribution of the numbers that act, in the order of the op, others without spread. */
function distributionOf(count: number, free: readonly number[]) {
  const n = free.length;
  const basis = turned(n, 5);
  const roots = Array.from({ length: n }, (_, j) => (j === 1 ? 1 : 1 / (1.3 + 0.4 * j)));
  const factor = matrixOf(n, (i, j) => basis[i]![j]! * roots[j]!);
  const covariance = product(factor, transposed(factor));
  const whole = (a: Matrix): readonly number[] =>
    matrixOf(count, (i, j) => a[free.indexOf(i)]?.[free.indexOf(j)] ?? 0).flat();
  const sparse = (v: readonly number[]): readonly number[] =>
    Array.from({ length: count }, (_, i) => v[free.indexOf(i)] ?? 0);
  const sigma = 1.7;
  const path = [...randomNumbers(n, 8)];
  const slow = [...randomNumbers(n, 9)];
  const mean = [...randomNumbers(count, 10)].map((v) => 3 * v);
  const numbers = [sigma, ...sparse(path), ...sparse(slow), ...whole(covariance), ...whole(factor)];
  return { n, basis, factor, covariance, sigma, path, slow, mean, numbers, sparse, whole };
}

const sixFree = [0, 1, 2, 3, 4, 5];
/** What of an affine acts in a slice. */
const inSlice = [2, 3, 4, 6, 7, 9];

function candidateCase(name: string, count: number, free: readonly number[]): OpCase {
  const { factor, sigma, mean, numbers } = distributionOf(count, free);
  const z = normal(7, 3, count);
  const y = times(
    factor,
    free.map((i) => z[i]!),
  );
  return {
    op: 'evolutionCandidate',
    name,
    inputs: {
      mean: scalars(...mean),
      distribution: scalars(...numbers),
      iteration: scalars(7),
      index: scalars(3),
    },
    attributes: { seed, stream, free: [...free] },
    expected: {
      candidate: [mean.map((v, i) => (free.includes(i) ? v + sigma * y[free.indexOf(i)]! : v))],
    },
    gpu,
  };
}

/** CMA-ES of the tutorial, table 1 and figure 6, one generation, with C^(−1/2) made of eigenvectors. */
function updateOf(
  count: number,
  free: readonly number[],
  losses: readonly number[],
  iteration: number,
) {
  const { n, basis, factor, covariance, sigma, path, slow, mean, sparse, whole } = distributionOf(
    count,
    free,
  );
  const lambda = losses.length;
  const mu = Math.floor(lambda / 2);
  const raw = losses.map((_, i) => Math.log((lambda + 1) / 2) - Math.log(i + 1));
  const sum = (list: readonly number[]) => list.reduce((total, v) => total + v, 0);
  const sumSquares = (list: readonly number[]) => sum(list.map((v) => v * v));
  const [up, down] = [raw.slice(0, mu), raw.slice(mu)];
  const muEff = sum(up) ** 2 / sumSquares(up);
  const muEffDown = sum(down) ** 2 / sumSquares(down);
  const c1 = 2 / ((n + 1.3) ** 2 + muEff);
  const cMu = Math.min(
    1 - c1,
    (2 * (1 / 4 + muEff + 1 / muEff - 2)) / ((n + 2) ** 2 + (2 * muEff) / 2),
  );
  const least = Math.min(
    1 + c1 / cMu,
    1 + (2 * muEffDown) / (muEff + 2),
    (1 - c1 - cMu) / (n * cMu),
  );
  const plus = sum(raw.filter((v) => v > 0));
  const minus = -sum(raw.filter((v) => v < 0));
  const weights = raw.map((v) => (v >= 0 ? v / plus : (least * v) / minus));
  const cSigma = (muEff + 2) / (n + muEff + 5);
  const dSigma = 1 + 2 * Math.max(0, Math.sqrt((muEff - 1) / (n + 1)) - 1) + cSigma;
  const cc = (4 + muEff / n) / (n + 4 + (2 * muEff) / n);
  const chi = Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));

  const worst = (loss: number) => (Number.isNaN(loss) ? Infinity : loss);
  const order = losses
    .map((_, i) => i)
    .sort((a, b) => worst(losses[a]!) - worst(losses[b]!) || a - b);
  const zs = order.map((index) => {
    const z = normal(iteration, index, count);
    return free.map((i) => z[i]!);
  });
  const ys = zs.map((z) => times(factor, z));
  const yw = Array.from({ length: n }, (_, i) =>
    sum(ys.slice(0, mu).map((y, k) => weights[k]! * y[i]!)),
  );
  const roots = Array.from({ length: n }, (_, j) =>
    Math.sqrt(sumSquares(factor.map((row) => row[j]!))),
  );
  const inverseRoot = product(
    matrixOf(n, (i, j) => basis[i]![j]! / roots[j]!),
    transposed(basis),
  );
  const whitened = times(inverseRoot, yw);
  const newPath = path.map(
    (v, i) => (1 - cSigma) * v + Math.sqrt(cSigma * (2 - cSigma) * muEff) * whitened[i]!,
  );
  const length = Math.sqrt(sumSquares(newPath));
  const h =
    length / Math.sqrt(1 - (1 - cSigma) ** (2 * (iteration + 1))) < (1.4 + 2 / (n + 1)) * chi
      ? 1
      : 0;
  const newSlow = slow.map((v, i) => (1 - cc) * v + h * Math.sqrt(cc * (2 - cc) * muEff) * yw[i]!);
  const delta = (1 - h) * cc * (2 - cc);
  const next = matrixOf(
    n,
    (i, j) =>
      (1 + c1 * delta - c1 - cMu * sum(weights)) * covariance[i]![j]! +
      c1 * newSlow[i]! * newSlow[j]! +
      cMu *
        sum(
          ys.map((y, k) => {
            const w = weights[k]!;
            // ‖C^(−1/2) y‖², by which those of a negative weight are taken to one length.
            const square = sumSquares(times(inverseRoot, y));
            return (w >= 0 ? w : (w * n) / square) * y[i]! * y[j]!;
          }),
        ),
  );
  // The largest eigenvalue by powers.
  let v: readonly number[] = Array.from({ length: n }, () => 1);
  for (let k = 0; k < 4000; k += 1) {
    const moved = times(next, v);
    const size = Math.sqrt(sumSquares(moved));
    v = moved.map((x) => x / size);
  }
  const largest = sum(times(next, v).map((x, i) => x * v[i]!));
  return {
    mean: mean.map((m, i) => (free.includes(i) ? m + sigma * yw[free.indexOf(i)]! : m)),
    head: [
      sigma * Math.exp((cSigma / dSigma) * (length / chi - 1)) * Math.sqrt(largest),
      ...sparse(newPath),
      ...sparse(newSlow.map((x) => x / Math.sqrt(largest))),
      ...whole(next.map((row) => row.map((x) => x / largest))),
    ],
  };
}

/** A generation whose result is known but for the signs and order of B·D, which `evolution.test.ts` looks at. */
export function generation(
  count: number,
  free: readonly number[],
  losses: readonly number[],
  iteration: number,
) {
  const { mean, numbers } = distributionOf(count, free);
  return {
    inputs: {
      mean: scalars(...mean),
      distribution: scalars(...numbers),
      losses: scalars(...losses),
      iteration: scalars(iteration),
    },
    attributes: { seed, stream, free: [...free], mostMm: 1000 },
    expected: updateOf(count, free, losses, iteration),
  };
}

export const generations = [
  {
    name: 'six numbers, nine candidates',
    count: 6,
    free: sixFree,
    losses: [5, 3, 8, 1, 9, 2, 7, 4, 6],
    iteration: 4,
  },
  {
    name: 'six of twelve, equal losses and one that is no number',
    count: 12,
    free: inSlice,
    losses: [5, 3, 3, Number.NaN, 9, 2, 7, 3, 6, 1],
    iteration: 0,
  },
] as const;

const updateCases = generations.map(({ name, count, free, losses, iteration }): OpCase => {
  const { inputs, attributes, expected } = generation(count, free, losses, iteration);
  return {
    op: 'evolutionUpdate',
    name,
    inputs,
    attributes,
    // B·D is a root of C, of which there are many: another test multiplies it out.
    expected: { mean: [expected.mean] },
    gpu,
  };
});

export const cases: readonly OpCase[] = [
  candidateCase('six numbers', 6, sixFree),
  candidateCase('six of twelve', 12, inSlice),
  ...updateCases,
];
