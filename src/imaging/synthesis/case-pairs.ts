import { deriveSeed } from '../phantoms/random';
import { type CasePair, caseOf, pairOf, splitCases } from './cases';

/** What is known of a case beside its images. */
export interface CaseFacts {
  /** What it is used for, where that is said: where one case says it, those that do not are trained on. */
  readonly split?: 'training' | 'validation' | 'test';
  /** Cases that are never parted, such as the images of one person. */
  readonly group?: string;
}

/**
 * Which cases make a pair: `all` any two in either order; `onto-first` the first is always the fixed one; `within-groups`
 * any two of one group.
 */
export type PairsOf = 'all' | 'onto-first' | 'within-groups';

/** Pairs to learn from without end, and others. */
export interface CasePairs {
  /** Pair number `n`, from 0: for the same `n` always the same. */
  training(n: number): CasePair;
  readonly validation: readonly CasePair[];
  /** How many cases are in each part; the one that all others go onto is in neither. */
  readonly trainingCases: number;
  readonly validationCases: number;
}

/** Why cases make no pairs: too few to learn from, none to validate on, or no two in one group. */
export type PairsLack = 'training' | 'validation' | 'groups';

interface PairsOptions {
  readonly pairs: PairsOf;
  /** Share of the cases to validate on, where none says what it is used for. */
  readonly validationShare: number;
  /** Validation pairs at most. */
  readonly validationPairs: number;
  readonly seed: number;
}

/**
 * Shares cases out by a seed, and draws pairs of them: no pair to validate on has a case in common with one to learn from,
 * but for the first where all go onto it, nor one of the same group. More than the wanted share is set apart where it would make no pair.
 */
export function casePairs(
  cases: readonly CaseFacts[],
  options: PairsOptions,
): CasePairs | PairsLack {
  const { pairs, seed } = options;
  const units = unitsOf(cases, pairs);
  const split = partedUnits(cases, units, options);
  if (typeof split === 'string') return split;
  const [training, validation] = split;
  const perPart = {
    trainingCases: training.flat().length,
    validationCases: validation.flat().length,
  };
  if (pairs === 'within-groups') {
    const drawn =
      (from: Units, own: number) =>
      (n: number): CasePair => {
        const group = caseOf(from.length, n, deriveSeed(own, 1));
        const members = from[group] ?? [];
        const turn = Math.floor(n / from.length);
        return named(members, pairOf(members.length, turn, deriveSeed(own, 2 + group)));
      };
    const most = Math.min(...validation.map(({ length }) => length * (length - 1)));
    return {
      training: drawn(training, deriveSeed(seed, 1)),
      // As often as the smallest group has pairs, so that none comes twice.
      validation: first(
        Math.min(options.validationPairs, validation.length * most),
        drawn(validation, deriveSeed(seed, 2)),
      ),
      ...perPart,
    };
  }
  const [own, others] = [training.flat(), validation.flat()];
  if (pairs === 'onto-first') {
    const drawn =
      (from: readonly number[], ownSeed: number) =>
      (n: number): CasePair => ({
        fixed: 0,
        moving: from[caseOf(from.length, n, ownSeed)] ?? 0,
      });
    return {
      training: drawn(own, deriveSeed(seed, 1)),
      validation: first(
        Math.min(options.validationPairs, others.length),
        drawn(others, deriveSeed(seed, 2)),
      ),
      ...perPart,
    };
  }
  const drawn = (from: readonly number[], ownSeed: number) => (n: number) =>
    named(from, pairOf(from.length, n, ownSeed));
  return {
    training: drawn(own, deriveSeed(seed, 1)),
    validation: first(
      Math.min(options.validationPairs, others.length * (others.length - 1)),
      drawn(others, deriveSeed(seed, 2)),
    ),
    ...perPart,
  };
}

/** Cases that stay together, by their numbers. */
type Units = readonly (readonly number[])[];

function unitsOf(cases: readonly CaseFacts[], pairs: PairsOf): Units {
  const units = new Map<string, number[]>();
  cases.forEach(({ group }, index) => {
    if (pairs === 'onto-first' && index === 0) return;
    const key = group === undefined ? `case ${index}` : `group ${group}`;
    units.set(key, [...(units.get(key) ?? []), index]);
  });
  return [...units.values()].filter(({ length }) => pairs !== 'within-groups' || length > 1);
}

function partedUnits(
  cases: readonly CaseFacts[],
  units: Units,
  { pairs, validationShare, seed }: PairsOptions,
): readonly [Units, Units] | PairsLack {
  if (pairs === 'within-groups' && units.length === 0) return 'groups';
  const least = pairs === 'onto-first' ? 1 : 2;
  const isEnough = (part: Units) => part.flat().length >= least;
  if (cases.some(({ split }) => split !== undefined)) {
    const part = (wanted: CaseFacts['split']) =>
      units
        .map((unit) => unit.filter((index) => (cases[index]?.split ?? 'training') === wanted))
        .filter(({ length }) => length > (pairs === 'within-groups' ? 1 : 0));
    const [training, validation] = [part('training'), part('validation')];
    if (!isEnough(training)) return 'training';
    return isEnough(validation) ? [training, validation] : 'validation';
  }
  const count = units.length;
  const first = Math.max(1, Math.round(count * validationShare));
  for (let wanted = first; wanted < count; wanted += 1) {
    const split = splitCases(count, deriveSeed(seed, 3), {
      training: count - wanted,
      validation: wanted,
      test: 0,
    });
    const part = (numbers: readonly number[]) => numbers.map((index) => units[index] ?? []);
    const [training, validation] = [part(split.training), part(split.validation)];
    if (!isEnough(training)) return 'training';
    if (isEnough(validation)) return [training, validation];
  }
  return 'training';
}

function named(numbers: readonly number[], { fixed, moving }: CasePair): CasePair {
  return { fixed: numbers[fixed] ?? 0, moving: numbers[moving] ?? 0 };
}

function first(count: number, pair: (n: number) => CasePair): readonly CasePair[] {
  return Array.from({ length: count }, (_, n) => pair(n));
}
