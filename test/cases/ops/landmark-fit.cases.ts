import { applyMatrix, type Matrix3x4, type Vec3 } from '../../../src/imaging/frames';
import { pointsOf, randomNumbers } from '../../support/case-values';
import type { OpCase } from '../../support/op-case';

const onHost = {
  absolute: 1e-3,
  relative: 1e-5,
  because: 'computed on the host, from points of some hundred mm kept in float32',
} as const;

const numbers = randomNumbers(60, 77);
const cloud = Array.from(
  { length: 20 },
  (_, i): Vec3 => [
    80 * numbers[3 * i]! + 10,
    50 * numbers[3 * i + 1]! - 30,
    20 * numbers[3 * i + 2]! + 5,
  ],
);
const [c, s] = [Math.cos(2.4), Math.sin(2.4)];
/** More than a right angle about z. */
// biome-ignore format: rows of a matrix
const rigid: Matrix3x4 = [c, -s, 0, 12, s, c, 0, -40, 0, 0, 1, 7];
const similar = rigid.map((v, i) => (i % 4 === 3 ? v : 1.3 * v)) as unknown as Matrix3x4;
// biome-ignore format: rows of a matrix
const affine: Matrix3x4 = [1.1, 0.2, -0.1, 5, -0.3, 0.9, 0.15, -8, 0.05, -0.1, 1.2, 3];
const moved = (points: readonly Vec3[], map: Matrix3x4) => points.map((p) => applyMatrix(map, p));

/** Spread across the longest direction is asked of clouds in which it is known. */
const square: readonly Vec3[] = [
  [2, 1, 4],
  [-2, 1, 4],
  [2, -1, 4],
  [-2, -1, 4],
];
const line: readonly Vec3[] = [
  [0, 0, 0],
  [10, 0, 0],
  [20, 0, 0],
];
const flatAffine: Matrix3x4 = [1.5, 0.4, 0, 1, -0.2, 0.8, 0, 2, 0, 0, 1, 3];

function exact(
  freedom: string,
  name: string,
  points: readonly Vec3[],
  map: Matrix3x4,
  spread?: readonly [number, number],
): OpCase {
  return {
    op: 'landmarkFit',
    name: `${freedom}, ${name}`,
    inputs: { fixed: pointsOf(points), moving: pointsOf(moved(points, map)) },
    attributes: { freedom },
    ...(spread && { expected: { affine: [map], report: [[0, 0, 0, ...spread]] } }),
    ...(!spread && { expected: { affine: [map] } }),
    expectedTolerance: 1e-9,
    gpu: onHost,
  };
}

export const cases: readonly OpCase[] = [
  exact('rigid', 'a large turn', cloud, rigid),
  exact('similarity', 'a large turn and a scale', cloud, similar),
  exact('affine', 'what an affine made', cloud, affine),
  exact('rigid', 'in a plane', square, rigid, [0.5, 0]),
  exact(
    'affine',
    'in a plane, across which it does what the rigid map does',
    square,
    flatAffine,
    [0.5, 0],
  ),
  {
    op: 'landmarkFit',
    name: 'rigid, a mirror image is not followed',
    inputs: {
      fixed: pointsOf([
        [3, 0, 0],
        [-3, 0, 0],
        [0, 2, 0],
        [0, -2, 0],
        [0, 0, 1],
        [0, 0, -1],
      ]),
      moving: pointsOf([
        [3, 0, 0],
        [-3, 0, 0],
        [0, 2, 0],
        [0, -2, 0],
        [0, 0, -1],
        [0, 0, 1],
      ]),
    },
    attributes: { freedom: 'rigid' },
    expected: {
      affine: [[1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]],
      report: [[Math.sqrt(8 / 6), 2 / 3, 2, 2 / 3, 1 / 3]],
    },
    gpu: onHost,
  },
  {
    op: 'landmarkFit',
    name: 'translation, by the mean; residuals are what is left',
    inputs: {
      fixed: pointsOf(line),
      moving: pointsOf([
        [1, 2, 3],
        [11, 2, 3],
        [21, 2, 6],
      ]),
    },
    attributes: { freedom: 'translation' },
    expected: {
      affine: [[1, 0, 0, 1, 0, 1, 0, 2, 0, 0, 1, 4]],
      report: [[Math.sqrt(2), 4 / 3, 2, 0, 0]],
    },
    gpu: onHost,
  },
  {
    op: 'landmarkFit',
    name: 'similarity, all in one place: no turn and no scale',
    inputs: {
      fixed: pointsOf([
        [1, 1, 1],
        [1, 1, 1],
        [1, 1, 1],
      ]),
      moving: pointsOf(moved(line, rigid)),
    },
    attributes: { freedom: 'similarity' },
    gpu: onHost,
  },
];
