import { InternalError } from '../../internal-error';

/** A run of the displacements of a window, in whole voxels: x runs fastest, −reach first. */
export type DisplacementWindow = {
  /** Farthest displacement along each axis, voxels; 0 along axes of one voxel. */
  readonly reach: readonly number[];
  /** The first displacement of the run, from 0. */
  readonly first: number;
  /** How many there are. */
  readonly count: number;
};

/** How many displacements a window has. */
export function windowSize(reach: readonly number[]): number {
  return reach.reduce((product, n) => product * (2 * n + 1), 1);
}

/** @throws InternalError where a run leads out of its window, or its costs would not lie in one buffer. */
export function requireWindow({ reach, first, count }: DisplacementWindow): void {
  if (reach.length !== 3 || !reach.every((n) => Number.isInteger(n) && n >= 0)) {
    throw new InternalError('A window of displacements reaches a whole number of voxels.');
  }
  if (first < 0 || count < 4 || first + count > windowSize(reach)) {
    throw new InternalError('A run of displacements has at least four of those of its window.');
  }
}

/** The parameters of kernels that walk over a run. */
export const windowParameters = {
  first: 'i32',
  count: 'i32',
  reachX: 'i32',
  reachY: 'i32',
  reachZ: 'i32',
} as const;

export function windowParameterValues({ reach, first, count }: DisplacementWindow) {
  const [reachX = 0, reachY = 0, reachZ = 0] = reach;
  return { first, count, reachX, reachY, reachZ };
}

type WindowNumbers = Readonly<Record<keyof typeof windowParameters, number>>;

/** Displacement number `index` of the run, voxels. */
export function displacementAt(
  p: WindowNumbers,
  index: number,
): readonly [x: number, y: number, z: number] {
  const [across, up] = [2 * p.reachX + 1, 2 * p.reachY + 1];
  const number = p.first + index;
  const row = Math.floor(number / across);
  return [(number % across) - p.reachX, (row % up) - p.reachY, Math.floor(row / up) - p.reachZ];
}
