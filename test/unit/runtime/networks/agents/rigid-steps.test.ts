import { describe, expect, it } from 'vitest';
import {
  applyMatrix,
  identityMatrix,
  invertMatrix,
  type Matrix3x4,
  multiplyMatrices,
} from '../../../../../src/imaging/frames';
import { axisAlignedGrid } from '../../../../../src/imaging/grid';
import { rigidSteps } from '../../../../../src/runtime/networks/agents/rigid-steps';

const sizes = { stepMm: 2, stepDegrees: 3 };
const slice = rigidSteps(axisAlignedGrid([20, 40, 1], [2, 2, 5]), sizes);
const across = rigidSteps(axisAlignedGrid([1, 20, 40], [5, 2, 2]), sizes);
const volume = rigidSteps(axisAlignedGrid([16, 20, 24], [2, 2, 2]), sizes);

const shifted = (x: number, y: number, z = 0): Matrix3x4 => [1, 0, 0, x, 0, 1, 0, y, 0, 0, 1, z];
const best = (worths: readonly number[]) => worths.indexOf(Math.max(...worths));

describe.each([
  ['a slice', slice, 6],
  ['a slice across x', across, 6],
  ['a volume', volume, 12],
] as const)('the steps in %s', (_, { steps, after, length }, count) => {
  it('are a step along and about each axis, either way', () => {
    expect(steps).toHaveLength(count);
    for (const [index, step] of steps.entries()) {
      expect(length(step)).toBeCloseTo(1, 10);
      const back = steps[index % 2 === 0 ? index + 1 : index - 1]!;
      expect(length(multiplyMatrices(step, back))).toBeCloseTo(0, 10);
    }
  });

  it('leave the rest of the way from the pose that they lead to', () => {
    const truth = multiplyMatrices(steps[0]!, multiplyMatrices(steps.at(-1)!, steps[2]!));
    const pose = steps[1]!;
    const left = multiplyMatrices(invertMatrix(pose), truth);
    for (const [index, step] of steps.entries()) {
      const next = multiplyMatrices(invertMatrix(multiplyMatrices(pose, step)), truth);
      for (const [at, number] of after(left, index).entries()) {
        expect(number).toBeCloseTo(next[at]!, 10);
      }
    }
  });
});

describe('the worth of a step', () => {
  it('is what the way becomes shorter by, and what it does later, discounted', () => {
    const worths = slice.worth(shifted(6, 0), 0.9);
    expect(best(worths)).toBe(0);
    expect(worths[0]).toBeCloseTo(1 + 0.9 + 0.81, 10);
    // One step away, then four back: −1, and from 4 steps off.
    expect(worths[1]).toBeCloseTo(-1 + 0.9 * (1 + 0.9 + 0.81 + 0.729), 10);
    expect(slice.worth(shifted(6, 0), 0)).toEqual([
      expect.closeTo(1),
      expect.closeTo(-1),
      ...[1, 1].map(() => expect.closeTo(3 - Math.sqrt(10))),
      ...[1, 1].map(() => expect.closeTo(3 - Math.sqrt(10))),
    ]);
  });

  it('is below nothing where no step leads closer', () => {
    for (const steps of [slice, across, volume]) {
      expect(Math.max(...steps.worth(identityMatrix, 0.9))).toBeLessThan(0);
      expect(Math.max(...steps.worth(shifted(0, 0.4), 0.9))).toBeLessThan(0);
    }
  });

  it.each([
    ['slice', slice],
    ['slice across x', across],
    ['volume', volume],
  ] as const)('leads home from a motion of a %s', (_, steps) => {
    const numbers = [0.9, -0.7, 0.4, -0.5, 0.8, 0.3];
    let left = steps.motion({ turnDegrees: 20, shiftMm: 15 }, () => numbers.pop() ?? 0.6);
    const begin = steps.landmarkErrorMm(left);
    for (let n = 0; n < 60; n += 1) {
      const worths = steps.worth(left, 0.9);
      if (Math.max(...worths) < 0) break;
      left = steps.after(left, best(worths));
    }
    expect(begin).toBeGreaterThan(8);
    expect(steps.length(left)).toBeLessThan(1);
    expect(steps.landmarkErrorMm(left)).toBeLessThan(3);
  });
});

it('measures how far corners at half of the size are off', () => {
  expect(slice.landmarkErrorMm(shifted(3, 4))).toBeCloseTo(5, 10);
  // Corners lie 10 and 20 mm from the middle; turned by 3°.
  const chord = 2 * Math.hypot(10, 20) * Math.sin((1.5 * Math.PI) / 180);
  expect(slice.landmarkErrorMm(slice.steps[4]!)).toBeCloseTo(chord, 10);
  expect(applyMatrix(slice.steps[4]!, [1, 0, 0])[1]).toBeGreaterThan(0);
});
