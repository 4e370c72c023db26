import { describe, expect, test } from 'vitest';
import type { Matrix3x4 } from '../../../src/imaging/frames';
import { axisAlignedGrid, type Grid } from '../../../src/imaging/grid';
import {
  largeTurn,
  tiltedPlanes,
  unlikelySize,
} from '../../../src/nodes/registration/affine-doubts';
import { affineParts } from '../../../src/nodes/registration/affine-parts';
import {
  drift,
  folds,
  littleOverlap,
  motionForNothing,
  paddingAttracts,
  rise,
} from '../../../src/nodes/registration/warn-of-registration';

/** A turn about x after a stretch of each axis. */
function affineOf(degrees: number, [sx, sy, sz]: readonly number[] = [1, 1, 1]): Matrix3x4 {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return [sx!, 0, 0, 7, 0, c * sy!, -s * sz!, -3, 0, s * sy!, c * sz!, 12];
}

const flat = axisAlignedGrid([20, 20, 1], [1, 1, 4]);
const upright: Grid = axisAlignedGrid([20, 1, 20], [1, 4, 1]);

describe('an affine', () => {
  test('is taken apart into volume, unevenness and turn', () => {
    const parts = affineParts(affineOf(50, [1.2, 0.9, 0.6]));
    expect(parts?.volume).toBeCloseTo(0.648, 6);
    expect(parts?.unevenness).toBeCloseTo(2, 6);
    expect(parts?.turnDegrees).toBeCloseTo(50, 4);
    expect(affineParts(affineOf(0, [1, 1, 0]))).toBeUndefined();
  });

  test.each([
    ['turned by 91° and halved', affineOf(91, [0.8, 0.8, 0.75])],
    ['2.2 times as large', affineOf(0, [1.3, 1.3, 1.3])],
    ['stretched 1.9 times as much along one axis', affineOf(0, [1.1, 1.1, 0.58])],
  ])('%s is doubted', (_, affine) => {
    expect(unlikelySize([affine], [])).toMatchObject({ about: 'size', port: 'model' });
  });

  test('of heads that differ as heads do is not', () => {
    expect(unlikelySize([affineOf(20, [1.25, 1.2, 1.25])], [])).toBeUndefined();
    expect(unlikelySize([affineOf(20, [0.85, 1.1, 0.9])], [])).toBeUndefined();
    expect(unlikelySize([[Number.NaN]], [])).toBeUndefined();
  });

  test('is doubted where it turns a volume far from its header', () => {
    expect(largeTurn([affineOf(91)], [])?.message).toContain('91°');
    expect(largeTurn([affineOf(-180)], [])?.message).toContain('180°');
    expect(largeTurn([affineOf(45)], [])).toBeUndefined();
  });

  test('is doubted where it leaves slices in two planes', () => {
    expect(tiltedPlanes(flat, upright)([affineOf(0)], [])?.message).toContain('90°');
    expect(tiltedPlanes(flat, flat)([affineOf(30)], [])?.message).toContain('30°');
    // What the headers say of the planes is not all: the start has turned one onto the other.
    expect(tiltedPlanes(flat, upright)([affineOf(90)], [])).toBeUndefined();
    expect(tiltedPlanes(flat, flat)([affineOf(5, [2, 1, 1])], [])).toBeUndefined();
  });
});

describe('a stage', () => {
  test('is doubted below half an overlap; less than a quarter is an error', () => {
    expect(littleOverlap([[0.2, 0.4]], [])?.message).toContain('40 %');
    expect(littleOverlap([[0.2, 0.2]], [])).toBeUndefined();
    expect(littleOverlap([[0.3, 0.9]], [])).toBeUndefined();
  });

  test('is doubted where both images are padded', () => {
    const told = paddingAttracts(
      [
        [-3024, 0.34],
        [-2048, 0.2],
      ],
      [],
    );
    expect(told?.message).toMatch(/34 %.*-3024.*20 %.*-2048/);
    expect(
      paddingAttracts(
        [
          [-3024, 0.34],
          [0, 0],
        ],
        [],
      ),
    ).toBeUndefined();
  });

  test('is doubted where it ended worse than it began', () => {
    const fallen = { first: -0.5, last: -0.9, iterations: 50 };
    expect(rise([], [fallen, { first: -0.8, last: -0.7, iterations: 50 }])).toMatchObject({
      about: 'loss',
    });
    expect(rise([], [{ first: 0.01, last: 0.02, iterations: 50 }])).toMatchObject({
      about: 'loss',
    });
    expect(rise([], [{ first: -0.8, last: -0.7, iterations: 50 }, fallen])).toBeUndefined();
    expect(rise([], [{ first: -0.8, last: -0.79, iterations: 50 }])).toBeUndefined();
    expect(rise([], [])).toBeUndefined();
  });

  test('is doubted where its field folds, or is about to', () => {
    expect(folds([[-0.3, 0.25, 0.4, 1]], [])?.message).toContain('0.25 %');
    expect(folds([[0.004, 0, 0.4, 1]], [])?.message).toContain('about to fold');
    expect(folds([[0.05, 0, 0.4, 1]], [])).toBeUndefined();
  });

  test('is doubted where its field moves much and gains little at every level', () => {
    const little = { first: -0.9, last: -0.92, iterations: 50 };
    expect(motionForNothing([[0.2, 0, 0.23, 1]], [little, little])?.message).toContain('2.2 %');
    expect(motionForNothing([[0.9, 0, 0.01, 1]], [little])).toBeUndefined();
    const much = { first: -0.27, last: -0.36, iterations: 50 };
    expect(motionForNothing([[0.2, 0, 0.27, 1]], [little, much])).toBeUndefined();
  });

  test('is doubted for what it gains for its motion: a stiff field moves less and need gain less', () => {
    // As measured: log Jacobian and gain of one body scanned twice, then of two bodies.
    const judged = (spread: number, gain: number) =>
      motionForNothing(
        [[0.3, 0, spread, 1]],
        [{ first: -0.5, last: -0.5 * (1 + gain), iterations: 50 }],
      );
    expect(judged(0.23, 0.066)).toMatchObject({ about: 'motion for nothing' });
    expect(judged(0.114, 0.031)).toMatchObject({ about: 'motion for nothing' });
    expect(judged(0.122, 0.073)).toBeUndefined();
    expect(judged(0.27, 0.3)).toBeUndefined();
    expect(judged(0.6, 0.12)).toBeUndefined();
  });

  test('is not doubted for gaining little where its schedule was cut short', () => {
    const little = { first: -0.9, last: -0.92 };
    const judged = (...iterations: readonly number[]) =>
      motionForNothing(
        [[0.2, 0, 0.23, 1]],
        iterations.map((count) => ({ ...little, iterations: count })),
      );
    expect(judged(2, 1)).toBeUndefined();
    expect(judged(10, 5)).toBeUndefined();
    expect(judged(20, 5)).toMatchObject({ about: 'motion for nothing' });
    expect(judged()).toBeUndefined();
  });

  test('is doubted where brightness drifts', () => {
    expect(drift([[3.1, 0.9]], [])?.message).toContain('3.1-fold');
    expect(drift([[3.1, 0.1]], [])).toBeUndefined();
    expect(drift([[1.3, 0.9]], [])).toBeUndefined();
  });
});
