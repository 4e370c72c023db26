import type { FloatArray } from '../define-kernel';
import { randomIntegers, uniformOf } from '../random/random.cpu';
import { distributionParts } from './evolution';

export interface DrawNumbers {
  readonly count: number;
  /** Bit i is 1 where number i acts. */
  readonly free: number;
  readonly seed: number;
  readonly stream: number;
}

export interface UpdateNumbers extends DrawNumbers {
  readonly population: number;
  readonly parents: number;
  readonly muEff: number;
  readonly slow: number;
  readonly fast: number;
  readonly damping: number;
  readonly rankOne: number;
  readonly rankMany: number;
  readonly positive: number;
  readonly negative: number;
  readonly total: number;
  readonly expected: number;
  readonly most: number;
}

/** Least eigenvalue of C, whose largest is 1. */
const leastEigenvalue = 1e-8;
const sweeps = 12;

const isFree = (index: number, { free }: DrawNumbers): boolean => ((free >>> index) & 1) === 1;

/** Normal numbers of a candidate by Box and Muller, 0 for numbers that do not act. */
function drawNormal(iteration: number, index: number, p: DrawNumbers, z: Float64Array): void {
  const bits = new Uint32Array(4);
  for (let j = 0; j < p.count; j += 1) {
    if (j % 4 === 0) randomIntegers(p.seed, p.stream, iteration, 4 * index + j / 4, bits);
    const pair = j % 4 < 2 ? 0 : 2;
    const radius = Math.sqrt(-2 * Math.log(1 - uniformOf(bits[pair]!)));
    const angle = 2 * Math.PI * uniformOf(bits[pair + 1]!);
    z[j] = isFree(j, p) ? radius * (j % 2 === 0 ? Math.cos(angle) : Math.sin(angle)) : 0;
  }
}

/** B·D·z. */
function spread(distribution: FloatArray, z: Float64Array, count: number): Float64Array {
  const { factor } = distributionParts(count);
  return Float64Array.from({ length: count }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < count; j += 1) sum += distribution[factor + i * count + j]! * z[j]!;
    return sum;
  });
}

/** candidate = mean + σ·B·D·z. */
export function drawCandidate(
  b: {
    readonly mean: FloatArray;
    readonly distribution: FloatArray;
    readonly iteration: FloatArray;
    readonly index: FloatArray;
    readonly candidate: FloatArray;
  },
  p: DrawNumbers,
): void {
  const z = new Float64Array(p.count);
  drawNormal(b.iteration[0]!, b.index[0]!, p, z);
  const y = spread(b.distribution, z, p.count);
  for (let i = 0; i < p.count; i += 1) {
    b.candidate[i] = isFree(i, p) ? b.mean[i]! + b.distribution[0]! * y[i]! : b.mean[i]!;
  }
}

/** One generation is told: mean, paths, covariance and spread as they become. The draws are made again. */
export function tellGeneration(
  b: {
    readonly mean: FloatArray;
    readonly distribution: FloatArray;
    readonly losses: FloatArray;
    readonly iteration: FloatArray;
    readonly newMean: FloatArray;
    readonly next: FloatArray;
  },
  p: UpdateNumbers,
): void {
  const { count: n } = p;
  const at = distributionParts(n);
  const iteration = b.iteration[0]!;
  const sigma = b.distribution[0]!;
  const z = new Float64Array(n);
  const y = new Float64Array(n);
  const whitened = new Float64Array(n);
  const many = new Float64Array(n * n);
  let free = 0;
  for (let i = 0; i < n; i += 1) free += isFree(i, p) ? 1 : 0;
  for (let candidate = 0; candidate < p.population; candidate += 1) {
    const rank = rankOf(b.losses, candidate, p.population);
    const raw = Math.log((p.population + 1) / 2) - Math.log(rank + 1);
    const weight = raw * (raw >= 0 ? p.positive : p.negative);
    drawNormal(iteration, candidate, p, z);
    const moved = spread(b.distribution, z, n);
    const square = z.reduce((sum, v) => sum + v * v, 0);
    // Those that are unlearned are taken at one length, so that C stays positive.
    const share = weight >= 0 ? weight : (weight * free) / Math.max(square, 1e-12);
    for (let i = 0; i < n; i += 1) {
      if (rank < p.parents) {
        y[i]! += weight * moved[i]!;
        whitened[i]! += weight * z[i]!;
      }
      for (let j = 0; j < n; j += 1) many[i * n + j]! += share * moved[i]! * moved[j]!;
    }
  }

  const path = new Float64Array(n);
  const turned = unwhiten(b.distribution, whitened, n);
  const gain = Math.sqrt(p.fast * (2 - p.fast) * p.muEff);
  for (let i = 0; i < n; i += 1) {
    path[i] = (1 - p.fast) * b.distribution[at.path + i]! + gain * turned[i]!;
  }
  const length = Math.sqrt(path.reduce((sum, v) => sum + v * v, 0));
  const grown = 1 - (1 - p.fast) ** (2 * (iteration + 1));
  const isShort = length / Math.sqrt(grown) < (1.4 + 2 / (free + 1)) * p.expected;
  const slowGain = isShort ? Math.sqrt(p.slow * (2 - p.slow) * p.muEff) : 0;
  const slowPath = y.map((v, i) => (1 - p.slow) * b.distribution[at.slowPath + i]! + slowGain * v);
  const keep =
    1 - p.rankOne - p.rankMany * p.total + (isShort ? 0 : p.rankOne * p.slow * (2 - p.slow));
  const covariance = many.map((v, k) => {
    const [i, j] = [Math.floor(k / n), k % n];
    if (!isFree(i, p) || !isFree(j, p)) return 0;
    return (
      keep * b.distribution[at.covariance + k]! +
      p.rankOne * slowPath[i]! * slowPath[j]! +
      p.rankMany * v
    );
  });

  const { values, vectors } = eigen(covariance, p);
  const largest = Math.max(...values);
  const unit = Math.sqrt(largest);
  const growth = Math.exp((p.fast / p.damping) * (length / p.expected - 1));
  b.next[0] = Math.min(sigma * growth * unit, p.most);
  for (let i = 0; i < n; i += 1) {
    b.newMean[i] = b.mean[i]! + sigma * y[i]!;
    b.next[at.path + i] = path[i]!;
    b.next[at.slowPath + i] = slowPath[i]! / unit;
    for (let j = 0; j < n; j += 1) {
      const root = isFree(j, p) ? Math.sqrt(Math.max(values[j]! / largest, leastEigenvalue)) : 0;
      b.next[at.factor + i * n + j] = vectors[i * n + j]! * root;
      b.next[at.covariance + i * n + j] = covariance[i * n + j]! / largest;
    }
  }
}

/** How many candidates are better, those before it among equals; what is no number is worst. */
function rankOf(losses: FloatArray, candidate: number, population: number): number {
  const own = losses[candidate]!;
  let rank = 0;
  for (let other = 0; other < population; other += 1) {
    const loss = losses[other]!;
    const [isNumber, isOwn] = [!Number.isNaN(loss), !Number.isNaN(own)];
    const isBetter = loss < own || (isNumber && !isOwn);
    const isEqual = loss === own || (!isNumber && !isOwn);
    if (isBetter || (isEqual && other < candidate)) rank += 1;
  }
  return rank;
}

/** B·z, from B·D: C^(−1/2) of B·D·z. */
function unwhiten(distribution: FloatArray, z: Float64Array, n: number): Float64Array {
  const { factor } = distributionParts(n);
  const result = new Float64Array(n);
  for (let j = 0; j < n; j += 1) {
    let square = 0;
    for (let i = 0; i < n; i += 1) square += distribution[factor + i * n + j]! ** 2;
    const by = square > 0 ? z[j]! / Math.sqrt(square) : 0;
    for (let i = 0; i < n; i += 1) result[i]! += by * distribution[factor + i * n + j]!;
  }
  return result;
}

/** Eigenvalues and vectors (columns) by Jacobi rotations, in no order; what does not act is left out. */
function eigen(matrix: Float64Array, p: UpdateNumbers) {
  const n = p.count;
  const a = matrix.slice();
  const vectors = Float64Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? 1 : 0));
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    for (let i = 0; i < n; i += 1) {
      for (let j = i + 1; j < n; j += 1) rotate(a, vectors, n, i, j);
    }
  }
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * (n + 1)]!), vectors };
}

/** One rotation that makes a[p][q] zero. */
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const entry = a[p * n + q]!;
  if (entry === 0) return;
  const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * entry);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < n; k += 1) {
    const [x, y] = [a[k * n + p]!, a[k * n + q]!];
    a[k * n + p] = c * x - s * y;
    a[k * n + q] = s * x + c * y;
  }
  for (let k = 0; k < n; k += 1) {
    const [x, y] = [a[p * n + k]!, a[q * n + k]!];
    a[p * n + k] = c * x - s * y;
    a[q * n + k] = s * x + c * y;
    const [f, g] = [v[k * n + p]!, v[k * n + q]!];
    v[k * n + p] = c * f - s * g;
    v[k * n + q] = s * f + c * g;
  }
}
