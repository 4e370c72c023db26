import { principalAxes } from './principal-axes';
import {
  cross,
  cubeTurns,
  dot,
  multiplyTurns,
  noTurn,
  type RigidMap,
  turnAbout,
  turnBetween,
} from './rigid-map';
import type { Silhouette } from './silhouette';

/** Kinds of starts, in the order in which they are reported; of equal ones the first is taken. */
export const startKinds = ['header', 'middles', 'masses', 'axes', 'search'] as const;
export type StartKind = (typeof startKinds)[number];

/** A start before it is refined. */
export interface Candidate {
  readonly kind: StartKind;
  readonly map: RigidMap;
}

/** What candidates are made of. */
export interface Scene {
  readonly fixed: Silhouette;
  readonly moving: Silhouette;
  readonly pivotMm: readonly number[];
  /** Normals of a one-slice image; undefined for a volume. */
  readonly fixedNormal: readonly number[] | undefined;
  readonly movingNormal: readonly number[] | undefined;
  /** How far the moving image's field reaches along its three axes, mm: vectors. */
  readonly movingSides: readonly (readonly number[])[];
}

/** Where one variance is less than this above the next, which axis is which is chance. */
const distinct = 1.15;
const planarTurnDegrees = 15;
/** Shifts that are tried to either side along each side of the field. */
const shiftsASide = 2;

/** The starts that are always tried: where the headers put the images, and centre on centre. */
export function plainCandidates(scene: Scene): Candidate[] {
  const { fixed, moving, pivotMm } = scene;
  const turn = layTurn(scene);
  return [
    { kind: 'header', map: { turn: noTurn, target: pivotMm } },
    { kind: 'middles', map: mapBetween(scene, turn, fixed.middleMm, moving.middleMm) },
    { kind: 'masses', map: mapBetween(scene, turn, fixed.centreMm, moving.centreMm) },
  ];
}

/** Principal axes on principal axes, by the proper turns, where the axes can be told apart. */
export function axesCandidates(scene: Scene): Candidate[] {
  const { fixed, moving, fixedNormal, movingNormal } = scene;
  if ((fixedNormal === undefined) !== (movingNormal === undefined)) return [];
  const of = ({ covarianceMm2 }: Silhouette, normal: readonly number[] | undefined) => {
    const { variances, axes } = principalAxes(covarianceMm2);
    const [a, b, c] = variances;
    const isDistinct = a > distinct * b && (normal !== undefined || b > distinct * c);
    const column = (at: number) => [0, 1, 2].map((row) => axes[row * 3 + at] as number);
    const first = column(0);
    const second = normal ? cross(normal, first) : column(1);
    return isDistinct && a > 0 ? [first, second, cross(first, second)] : undefined;
  };
  const from = of(fixed, fixedNormal);
  // A slice's normal has no side: take the one that the fixed slice's normal is laid on.
  const to = of(moving, fixedNormal && movingNormal && facing(movingNormal, fixedNormal));
  if (!from || !to) return [];
  const signs = fixedNormal
    ? [
        [1, 1, 1],
        [-1, -1, 1],
      ]
    : [
        [1, 1, 1],
        [1, -1, -1],
        [-1, 1, -1],
        [-1, -1, 1],
      ];
  return signs.map((flips) => {
    const turn = noTurn.map((_, at) => {
      const [row, column] = [Math.floor(at / 3), at % 3];
      return flips.reduce(
        (sum, flip, k) =>
          sum +
          flip * ((to[k] as number[])[row] as number) * ((from[k] as number[])[column] as number),
        0,
      );
    });
    return { kind: 'axes', map: mapBetween(scene, turn, fixed.centreMm, moving.centreMm) };
  });
}

/** Many coarse turns and shifts, of which only the best are worth refining. */
export function searchCandidates(scene: Scene): Candidate[] {
  const { fixed, moving, fixedNormal, movingSides } = scene;
  const lay = layTurn(scene);
  const bothSlices = fixedNormal !== undefined && scene.movingNormal !== undefined;
  const turns = bothSlices
    ? Array.from({ length: 360 / planarTurnDegrees }, (_, step) =>
        multiplyTurns(lay, turnAbout(fixedNormal, (step * planarTurnDegrees * Math.PI) / 180)),
      )
    : cubeTurns();
  const maps = turns.flatMap((turn) => [
    mapBetween(scene, turn, fixed.centreMm, moving.centreMm),
    mapBetween(scene, turn, fixed.middleMm, moving.middleMm),
  ]);
  const steps = Array.from({ length: 2 * shiftsASide + 1 }, (_, at) => at - shiftsASide);
  const only = (side: readonly number[]) => (dot(side, side) > 0 ? steps : [0]);
  const [a = [], b = [], c = []] = movingSides;
  for (const i of only(a)) {
    for (const j of only(b)) {
      for (const k of only(c)) {
        const target = moving.middleMm.map(
          (value, row) =>
            value +
            (i * (a[row] ?? 0) + j * (b[row] ?? 0) + k * (c[row] ?? 0)) / (2 * shiftsASide + 1),
        );
        maps.push(mapBetween(scene, lay, fixed.centreMm, target));
      }
    }
  }
  return maps.map((map) => ({ kind: 'search', map }));
}

/** The map that turns, and takes one point of the fixed world to one of the moving world. */
function mapBetween(
  { pivotMm }: Scene,
  turn: readonly number[],
  from: readonly number[],
  to: readonly number[],
): RigidMap {
  const target = to.map(
    (value, row) =>
      value -
      [0, 1, 2].reduce(
        (sum, k) =>
          sum + (turn[row * 3 + k] as number) * ((from[k] as number) - (pivotMm[k] as number)),
        0,
      ),
  );
  return { turn, target };
}

/** The turn that lays one slice's plane on the other's; none for volumes. */
function layTurn({ fixedNormal, movingNormal }: Scene): readonly number[] {
  if (!fixedNormal || !movingNormal) return noTurn;
  return turnBetween(fixedNormal, facing(movingNormal, fixedNormal));
}

function facing(normal: readonly number[], like: readonly number[]): readonly number[] {
  return dot(normal, like) < 0 ? normal.map((component) => -component) : normal;
}
