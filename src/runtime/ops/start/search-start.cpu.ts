import { Scratch } from '../../simd/scratch';
import type { FloatArray } from '../define-kernel';
import {
  axesCandidates,
  type Candidate,
  plainCandidates,
  type Scene,
  type StartKind,
  searchCandidates,
  startKinds,
} from './candidates';
import type { ImageNumbers } from './coarse-image';
import { refineMap } from './refine';
import { angleBetween, angleDegrees, distanceMm, type RigidMap } from './rigid-map';
import { type Level, setUp } from './scene';
import { type Score, scoreOf } from './score';

/** What a search may try, and when it leaves the headers. */
export interface SearchOptions {
  readonly tryAxes: boolean;
  readonly trySearch: boolean;
  /** Part by which another start must explain more than the headers' to be taken. */
  readonly margin: number;
}

/** Numbers that are reported of each kind of start. */
export const startMeasures = ['explained', 'overlap', 'turnDegrees', 'shiftMm'] as const;
/**
 * Numbers of the whole report: which kind was taken, what it gains on the headers, each kind's, and how
 * much of the turn that refining may make was used by what was taken, in percent.
 */
export const reportLength = 3 + startKinds.length * startMeasures.length;

/** A start as far as it has come. */
interface Tried extends Candidate {
  readonly score: Score;
  /** How its candidate was turned. */
  readonly firstTurn: readonly number[];
}

/** Lengths of the steps, in blocks: of every candidate, of the best of each kind, at finer levels. */
const firstSteps = [1.5, 0.75];
const coarseSteps = [0.375];
const fineSteps = [0.5, 0.25, 0.125];
/** Refining turns a candidate no further than this: beyond it, it would be another one. */
const widestTurnDegrees = 30;
/** A start that is turned further than that from the headers' needs so many times the margin. */
const turnedMargin = 5;
/** So many of the search's candidates are refined. */
const keptOfSearch = 3;
/** A kind that explains less than this part of what the best one does is not refined further. */
const worthRefining = 0.85;

/**
 * Finds a rigid start by trying several and comparing them on coarse copies of the images: see
 * the op `searchStart`. Writes the affine (12) and the report.
 */
export function searchStart(
  fixed: ImageNumbers,
  moving: ImageNumbers,
  affine: FloatArray,
  report: FloatArray,
  options: SearchOptions,
  scratch = new Scratch(),
): void {
  const { levels, scene } = setUp(fixed, moving, scratch);
  const [coarsest] = levels;
  if (!coarsest) return;
  let tried = bestOfEachKind(
    candidatesOf(scene, coarsest, options).map((candidate) =>
      refine({ ...candidate, firstTurn: candidate.map.turn }, coarsest, firstSteps),
    ),
  );
  for (const level of levels) {
    tried = refineAll(tried, level, level === coarsest ? coarseSteps : fineSteps);
  }
  const taken = choose(tried, options.margin);
  writeAffine(taken.map, scene.pivotMm, affine);
  writeReport(tried, taken, scene.pivotMm, report);
}

/** The starts worth refining. */
function candidatesOf(
  scene: Scene,
  { comparison }: Level,
  { tryAxes, trySearch }: SearchOptions,
): readonly Candidate[] {
  const candidates = [...plainCandidates(scene), ...(tryAxes ? axesCandidates(scene) : [])];
  if (!trySearch) return candidates;
  const found = searchCandidates(scene)
    .map((candidate) => ({ candidate, score: scoreOf(comparison, candidate.map) }))
    .sort((a, b) => b.score.explained - a.score.explained)
    .slice(0, keptOfSearch);
  return [...candidates, ...found.map(({ candidate }) => candidate)];
}

/** Refines starts at a level, those that fit well; two that have met are refined once. */
function refineAll(
  starts: readonly Tried[],
  level: Level,
  stepsInBlocks: readonly number[],
): readonly Tried[] {
  const seen = starts.map((start) => ({ ...start, score: scoreOf(level.comparison, start.map) }));
  const enough = worthRefining * Math.max(...seen.map(({ score }) => score.explained));
  const done: { readonly from: Tried; readonly to: Tried }[] = [];
  return seen.map((start) => {
    // The headers are always given their best, or leaving them would not be fair.
    if (start.kind !== 'header' && start.score.explained < enough) return start;
    const met = done.find(
      ({ from }) => distanceMm(from.map, start.map, level.freedom.radiusMm) < 0.5 * level.blockMm,
    );
    if (met) return { ...start, map: met.to.map, score: met.to.score };
    const to = refine(start, level, stepsInBlocks);
    done.push({ from: start, to });
    return to;
  });
}

function refine(
  start: Omit<Tried, 'score'>,
  { comparison, blockMm, freedom }: Level,
  stepsInBlocks: readonly number[],
): Tried {
  const map = refineMap(
    start.map,
    freedom,
    stepsInBlocks.map((step) => step * blockMm),
    (at) =>
      angleBetween(at.turn, start.firstTurn) > widestTurnDegrees
        ? Number.NEGATIVE_INFINITY
        : scoreOf(comparison, at).explained,
  );
  return { ...start, map, score: scoreOf(comparison, map) };
}

/** The best of each kind, in the order of the kinds. */
function bestOfEachKind(tried: readonly Tried[]): readonly Tried[] {
  return startKinds.flatMap((kind) => {
    const [first, ...more] = tried.filter((start) => start.kind === kind);
    return first ? [more.reduce(better, first)] : [];
  });
}

/** The best start of those that are better than the headers' by the margin, or the headers'. */
function choose(tried: readonly Tried[], margin: number): Tried {
  const [header, ...others] = tried;
  if (!header) throw new RangeError('The start that the headers give is always tried.');
  return others
    .filter(({ map, score }) => {
      const isTurned = angleBetween(map.turn, header.map.turn) > widestTurnDegrees;
      const needed = 1 + margin * (isTurned ? turnedMargin : 1);
      return score.explained > needed * header.score.explained;
    })
    .reduce(better, header);
}

function better(a: Tried, b: Tried): Tried {
  return b.score.explained > a.score.explained ? b : a;
}

/** The map as a 3×4 by rows. */
function writeAffine(
  { turn, target }: RigidMap,
  pivotMm: readonly number[],
  affine: FloatArray,
): void {
  for (let row = 0; row < 3; row += 1) {
    let offset = target[row] as number;
    for (let column = 0; column < 3; column += 1) {
      const entry = turn[row * 3 + column] as number;
      affine[row * 4 + column] = entry;
      offset -= entry * (pivotMm[column] as number);
    }
    affine[row * 4 + 3] = offset;
  }
}

function writeReport(
  tried: readonly Tried[],
  taken: Tried,
  pivotMm: readonly number[],
  report: FloatArray,
): void {
  report.fill(0);
  const header = tried[0]?.score.explained ?? 0;
  const kindOf = ({ kind }: { readonly kind: StartKind }) => startKinds.indexOf(kind);
  report[0] = kindOf(taken);
  report[1] = header > 0 ? 100 * (taken.score.explained / header - 1) : 0;
  report[reportLength - 1] =
    (100 * angleBetween(taken.map.turn, taken.firstTurn)) / widestTurnDegrees;
  for (const start of tried) {
    const { map, score } = start;
    const shift = map.target.map((value, row) => value - (pivotMm[row] as number));
    report.set(
      [score.explained, score.overlap, angleDegrees(map.turn), Math.hypot(...shift)],
      2 + kindOf(start) * startMeasures.length,
    );
  }
}
