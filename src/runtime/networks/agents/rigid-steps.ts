import {
  applyMatrix,
  identityMatrix,
  invertMatrix,
  type Matrix3x4,
  multiplyMatrices,
  type Vec3,
} from '../../../imaging/frames';
import { type Grid, spacingMm } from '../../../imaging/grid';

/** How long the steps of an agent are. */
export interface StepSizes {
  readonly stepMm: number;
  readonly stepDegrees: number;
}

/** How far a motion may be from the identity: a turn about each axis and a shift along each, either way. */
export interface MotionRange {
  readonly turnDegrees: number;
  readonly shiftMm: number;
}

/**
 * The steps that an agent may take on a grid, and what is known of them where the way home is known. Motions are rigid, about the middle of the grid, in
 * mm along its own axes. A pose T takes places of the fixed image to those of the moving one; a step A makes it T ∘ A, so that what it does to the
 * warped image does not depend on T. What is left of the way is T⁻¹ ∘ T*, with T* the true pose.
 */
export interface RigidSteps {
  /** For each parameter one step and the step back: shifts along the axes, x first, then turns about them. */
  readonly steps: readonly Matrix3x4[];
  /** What is left of the way once a step is taken. */
  after(left: Matrix3x4, step: number): Matrix3x4;
  /** Length of the way that is left, in steps: √(‖shift‖² / stepMm² + angle² / stepDegrees²). */
  length(left: Matrix3x4): number;
  /** How far the corners of a box of half the grid's size are from home, mm, in the mean. */
  landmarkErrorMm(left: Matrix3x4): number;
  /**
   * What each step is worth: by how much shorter it makes the way, and by how much, discounted, the best steps after it do. After the step the way is
   * reckoned parameter by parameter, the longest first.
   */
  worth(left: Matrix3x4, discount: number): readonly number[];
  /** A motion within a range, by numbers from −1 to 1, as many as parameters. */
  motion(range: MotionRange, numbers: () => number): Matrix3x4;
}

/** Ways shorter than this, along each parameter, are not made shorter by any step. */
const halfStep = 0.5;

export function rigidSteps(grid: Grid, sizes: StepSizes): RigidSteps {
  const axes = [0, 1, 2].filter((axis) => grid.sizeVoxels[axis] !== 1);
  // A slice turns about its normal alone.
  const turning = axes.length === 3 ? axes : [0, 1, 2].filter((axis) => !axes.includes(axis));
  const radians = (sizes.stepDegrees * Math.PI) / 180;
  const steps = [
    ...axes.flatMap((axis) => [1, -1].map((sign) => shift(axis, sign * sizes.stepMm))),
    ...turning.flatMap((axis) => [1, -1].map((sign) => turn(axis, sign * radians))),
  ];
  const backwards = steps.map(invertMatrix);
  const corners = cornersOf(grid, axes);
  const stepsAlong = (left: Matrix3x4): readonly number[] => {
    const angles = anglesOf(left);
    return [
      ...axes.map((axis) => (left[4 * axis + 3] as number) / sizes.stepMm),
      ...turning.map((axis) => (angles[axis] as number) / radians),
    ];
  };
  const after: RigidSteps['after'] = (left, step) =>
    multiplyMatrices(backwards[step] ?? identityMatrix, left);
  const length: RigidSteps['length'] = (left) => norm(stepsAlong(left));
  return {
    steps,
    after,
    length,
    landmarkErrorMm: (left) =>
      corners.reduce((sum, corner) => {
        const moved = applyMatrix(left, corner);
        return sum + norm(moved.map((at, axis) => at - (corner[axis] as number)));
      }, 0) / corners.length,
    worth(left, discount) {
      const now = length(left);
      return steps.map((_, step) => {
        const next = after(left, step);
        return now - length(next) + discount * discountedWay(stepsAlong(next), discount);
      });
    },
    motion({ turnDegrees, shiftMm }, numbers) {
      let motion = identityMatrix;
      for (const axis of turning) {
        motion = multiplyMatrices(turn(axis, (numbers() * turnDegrees * Math.PI) / 180), motion);
      }
      for (const axis of axes) motion = multiplyMatrices(shift(axis, numbers() * shiftMm), motion);
      return motion;
    },
  };
}

/** By how much the best steps make a way shorter, each later one counting less. */
function discountedWay(way: readonly number[], discount: number): number {
  const left = way.map(Math.abs);
  let [sum, weight] = [0, 1];
  for (;;) {
    const longest = left.indexOf(Math.max(...left));
    const along = left[longest] as number;
    if (along <= halfStep) return sum;
    const before = norm(left);
    left[longest] = Math.abs(along - 1);
    sum += weight * (before - norm(left));
    weight *= discount;
  }
}

/** Rotation vector of the linear part, radians. */
function anglesOf(m: Matrix3x4): Vec3 {
  const axis: Vec3 = [m[9] - m[6], m[2] - m[8], m[4] - m[1]];
  const twiceSine = norm(axis);
  const angle = Math.atan2(twiceSine, m[0] + m[5] + m[10] - 1);
  const scale = twiceSine > 1e-12 ? angle / twiceSine : 0.5;
  return [axis[0] * scale, axis[1] * scale, axis[2] * scale];
}

function shift(axis: number, mm: number): Matrix3x4 {
  return identityMatrix.map((n, at) => (at === 4 * axis + 3 ? mm : n)) as unknown as Matrix3x4;
}

/** About an axis through the middle. */
function turn(axis: number, angle: number): Matrix3x4 {
  const [u, v] = [(axis + 1) % 3, (axis + 2) % 3];
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const rows = [...identityMatrix];
  rows[4 * u + u] = cosine;
  rows[4 * u + v] = -sine;
  rows[4 * v + u] = sine;
  rows[4 * v + v] = cosine;
  return rows as unknown as Matrix3x4;
}

/** A quarter of the size to either side of the middle along each axis. */
function cornersOf(grid: Grid, axes: readonly number[]): readonly Vec3[] {
  const edges = spacingMm(grid);
  return axes.reduce<readonly Vec3[]>(
    (corners, axis) =>
      corners.flatMap((corner) =>
        [-0.25, 0.25].map((share): Vec3 => {
          const place = [...corner] as [number, number, number];
          place[axis] = share * (edges[axis] as number) * (grid.sizeVoxels[axis] ?? 1);
          return place;
        }),
      ),
    [[0, 0, 0]],
  );
}

function norm(numbers: readonly number[]): number {
  return Math.sqrt(numbers.reduce((sum, n) => sum + n * n, 0));
}
