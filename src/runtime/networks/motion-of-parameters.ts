import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import {
  invertMatrix,
  type Matrix3x4,
  type MovingWorldFromFixedWorld,
  multiplyMatrices,
} from '../../imaging/frames';
import { centreMm, type Grid, spacingMm, voxelCount } from '../../imaging/grid';
import { parameterCount } from '../ops/affine/affine-from-parameters';
import type { FieldOps } from './field-ops';
import type { TensorFlow } from './tensorflow';

type Freedom = 'rigid' | 'affine';

/**
 * Which parameters of a linear model a network predicts, by their places: all in a volume; in a slice the turn about its normal
 * and what lies in its plane.
 */
export function freeParameters(freedom: Freedom, axes: number): readonly number[] {
  const all = Array.from({ length: parameterCount[freedom] }, (_, place) => place);
  return axes === 3 ? all : all.filter((place) => [2, 3, 4, 6, 7, 9].includes(place));
}

/** What the parameters that a network predicts do to a grid. */
export interface MotionOfParameters {
  /**
   * The map about the middle of the grid, mm along its own axes, row-major 3×4: `[1, 12]`.
   * @param parameters `[1, count]`: of `model.rigid` or `model.affine` in units of half the grid's extent, so that they are
   * angles in radians and logarithms of scales; those that are not free are left out
   */
  matrix(parameters: Tensor): Tensor;
  /** What a matrix moves, `[1, (z,) y, x, d]`, in voxels. */
  displacement(matrix: Tensor): Tensor;
  dispose(): void;
}

/**
 * Prepares the motions of a grid. They are differentiable: the map is the very op of the linear models, and what it moves is
 * a product of matrices.
 */
export function motionOfParameters(
  tf: TensorFlow,
  fields: FieldOps,
  grid: Grid,
  freedom: Freedom,
): MotionOfParameters {
  const axes = [0, 1, 2].filter((axis) => grid.sizeVoxels[axis] !== 1);
  const spacing = spacingMm(grid);
  const normalAxis = [0, 1, 2].find((axis) => !axes.includes(axis));
  const radiusMm = Math.max(...spacing.map((edge, axis) => (edge * extentOf(grid, axis)) / 2));
  const free = freeParameters(freedom, axes.length);
  const inMm = new Float32Array(free.length * parameterCount[freedom]);
  for (const [row, place] of free.entries()) {
    inMm[row * parameterCount[freedom] + place] = radiusMm;
  }
  const all = tf.keep(tf.tensor2d(inMm, [free.length, parameterCount[freedom]]));
  const identity = tf.keep(tf.tensor2d([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0], [3, 4]));
  const places = tf.keep(tf.tensor2d(placesMm(grid), [voxelCount(grid), 4]));
  const voxelsFromMm = tf.keep(
    tf.tensor2d(
      axes.map((axis) => spacing.map((edge, column) => (column === axis ? 1 / edge : 0))),
      [axes.length, 3],
    ),
  );
  const shape = [1, ...[...axes].reverse().map((axis) => extentOf(grid, axis)), axes.length];
  return {
    matrix: (parameters) =>
      tf.tidy(() =>
        fields.affine(tf.matMul(parameters as Tensor2D, all), {
          freedom,
          radiusMm,
          ...(normalAxis === undefined ? {} : { normalAxis }),
        }),
      ),
    displacement: (matrix) =>
      tf.tidy(() => {
        const moved = matrix.reshape<Tensor2D>([3, 4]).sub<Tensor2D>(identity);
        const inVoxels = tf.matMul(voxelsFromMm, moved);
        return tf.matMul(places, inVoxels, false, true).reshape(shape);
      }),
    dispose: () => tf.dispose([all, identity, places, voxelsFromMm]),
  };
}

/**
 * The same map in the world.
 * @param aboutMiddle mm about the middle of the grid, along its own axes
 */
export function worldMotion(grid: Grid, aboutMiddle: Matrix3x4): MovingWorldFromFixedWorld {
  const [ex, ey, ez] = spacingMm(grid);
  const m = grid.worldFromVoxel;
  const [cx, cy, cz] = centreMm(grid);
  // biome-ignore format: rows of a matrix
  const worldFromAxes: Matrix3x4 = [
    m[0] / ex, m[1] / ey, m[2] / ez, cx,
    m[4] / ex, m[5] / ey, m[6] / ez, cy,
    m[8] / ex, m[9] / ey, m[10] / ez, cz,
  ];
  return multiplyMatrices(
    multiplyMatrices(worldFromAxes, aboutMiddle),
    invertMatrix(worldFromAxes),
  ) as MovingWorldFromFixedWorld;
}

/** Each voxel's place from the middle, mm along the axes of the grid, and a 1. */
function placesMm(grid: Grid): Float32Array {
  const [nx, ny, nz] = grid.sizeVoxels;
  const [ex, ey, ez] = spacingMm(grid);
  const places = new Float32Array(4 * voxelCount(grid));
  let at = 0;
  for (let z = 0; z < nz; z += 1) {
    for (let y = 0; y < ny; y += 1) {
      for (let x = 0; x < nx; x += 1, at += 4) {
        places[at] = (x - (nx - 1) / 2) * ex;
        places[at + 1] = (y - (ny - 1) / 2) * ey;
        places[at + 2] = (z - (nz - 1) / 2) * ez;
        places[at + 3] = 1;
      }
    }
  }
  return places;
}

function extentOf({ sizeVoxels }: Grid, axis: number): number {
  return sizeVoxels[axis] ?? 1;
}
