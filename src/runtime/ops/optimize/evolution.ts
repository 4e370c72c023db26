/**
 * What an evolution strategy knows beside its mean, as one list of scalars for n numbers: the spread σ (of the direction that is
 * spread most, since the largest eigenvalue of C is kept at 1), the paths p_σ and p_c, C, and B·D of C = B·D²·Bᵀ, row-major.
 */
export function distributionLength(count: number): number {
  return 1 + 2 * count + 2 * count * count;
}

/** Where the parts of a distribution of n numbers begin. */
export function distributionParts(count: number) {
  const covariance = 1 + 2 * count;
  return { path: 1, slowPath: 1 + count, covariance, factor: covariance + count * count } as const;
}

/** Numbers that the kernels have room for. */
export const mostNumbers = 12;
/** Candidates that the kernels have room for. */
export const mostCandidates = 64;

/**
 * The constants of CMA-ES for n numbers and λ candidates (Hansen: The CMA evolution strategy: a tutorial, arXiv 1604.00772, table 1). Weights
 * are ln((λ + 1)/2) − ln i times `positive` for the better half and times `negative` for the others.
 */
export function strategyConstants(n: number, population: number) {
  const raw = Array.from(
    { length: population },
    (_, i) => Math.log((population + 1) / 2) - Math.log(i + 1),
  );
  const parents = Math.floor(population / 2);
  const sumOf = (list: readonly number[]) => list.reduce((sum, v) => sum + v, 0);
  const squares = (list: readonly number[]) => list.reduce((sum, v) => sum + v * v, 0);
  const effective = (list: readonly number[]) => sumOf(list) ** 2 / squares(list);
  const [better, worse] = [raw.slice(0, parents), raw.slice(parents)];
  const muEff = effective(better);
  const slow = (4 + muEff / n) / (n + 4 + (2 * muEff) / n);
  const fast = (muEff + 2) / (n + muEff + 5);
  const rankOne = 2 / ((n + 1.3) ** 2 + muEff);
  const rankMany = Math.min(
    1 - rankOne,
    (2 * (0.25 + muEff + 1 / muEff - 2)) / ((n + 2) ** 2 + muEff),
  );
  const mostNegative = Math.min(
    1 + rankOne / rankMany,
    1 + (2 * effective(worse)) / (muEff + 2),
    (1 - rankOne - rankMany) / (n * rankMany),
  );
  // Weights of 0 and above belong to the positive ones.
  const positive = 1 / sumOf(raw.filter((w) => w >= 0));
  const negative = -mostNegative / sumOf(raw.filter((w) => w < 0));
  return {
    parents,
    muEff,
    slow,
    fast,
    damping: 1 + 2 * Math.max(0, Math.sqrt((muEff - 1) / (n + 1)) - 1) + fast,
    rankOne,
    rankMany,
    positive,
    negative,
    /** Σ of all weights. */
    total: sumOf(raw.map((w) => w * (w >= 0 ? positive : negative))),
    /** Mean length of a vector of n normal numbers. */
    expected: Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n)),
  };
}
