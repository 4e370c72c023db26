import { describe, expect, test } from 'vitest';
import type { Grid } from '../../../src/imaging/grid';
import type { ImageValue } from '../../../src/runtime/api/nodes/port-values';
import { fieldType } from '../../../src/runtime/ir/values';
import { evaluateLattice, fitLattice } from '../../../src/runtime/ops/shading/spline-lattice.cpu';
import { fieldOf, randomNumbers, turnedGrid } from '../../support/case-values';
import type { CaseValue } from '../../support/op-case';
import { runNodes } from '../../support/run-node';
import { imageOn } from './lowering';

const grid = turnedGrid([36, 32, 28], [4, 5, 6], [3, -4, 5]);
const noise = randomNumbers(36 * 32 * 28, 5);

/** Three tissues in balls and shells of a head in air. */
function tissueAt(x: number, y: number, z: number): number {
  const distance = Math.hypot((x - 17.5) / 16, (y - 15.5) / 14, (z - 13.5) / 12.5);
  if (distance > 1) return 0;
  return distance < 0.35
    ? 40
    : (Math.floor(x / 6) + Math.floor(y / 6) + Math.floor(z / 6)) % 2 === 0
      ? 80
      : 110;
}
const factorAt = (x: number, y: number, z: number): number =>
  Math.exp(0.35 * Math.sin(x / 9) - 0.25 * Math.cos(y / 8 + z / 10));
const at = (x: number, y: number, z: number): number => x + 36 * (y + 32 * z);
const shaded = fieldOf(
  grid,
  (x, y, z) => tissueAt(x, y, z) * factorAt(x, y, z) * (1 + 0.02 * noise[at(x, y, z)]!),
);

function corrected(image: CaseValue, on: Grid, mask?: CaseValue, params = {}) {
  const inputs = { image, ...(mask && { mask }) };
  const read = runNodes(inputs, (graph, node) => {
    const wired = mask && {
      mask: { kind: 'mask', grid: on, mask: graph.input('mask', fieldType(on, 1)) },
    };
    const out = node(
      'prepare.bias-correction',
      { image: imageOn(graph, on, 'image'), ...wired },
      params,
    );
    return { image: (out.image as ImageValue).image, bias: (out.bias as ImageValue).image };
  });
  return { image: read.image![0]!, bias: read.bias![0]! };
}

/** Spread over mean of the voxels of one tissue. */
function variation(values: ArrayLike<number>, tissue: number): number {
  const those: number[] = [];
  for (let z = 0; z < 28; z += 1) {
    for (let y = 0; y < 32; y += 1) {
      for (let x = 0; x < 36; x += 1) {
        if (tissueAt(x, y, z) === tissue) those.push(values[at(x, y, z)]!);
      }
    }
  }
  const mean = those.reduce((sum, v) => sum + v, 0) / those.length;
  return Math.sqrt(those.reduce((sum, v) => sum + (v - mean) ** 2, 0) / those.length) / mean;
}

describe('bias correction', () => {
  test('makes each tissue one grey again, and keeps the mean log brightness', () => {
    const { image, bias } = corrected(shaded, grid);
    for (const tissue of [40, 80, 110]) {
      // The middle is shaded least. Noise alone makes 1.2 %.
      expect(variation(shaded.planes[0]!, tissue)).toBeGreaterThan(tissue === 40 ? 0.04 : 0.13);
      expect(variation(image, tissue)).toBeLessThan(0.02);
    }
    let sum = 0;
    let count = 0;
    image.forEach((value, i) => {
      if (shaded.planes[0]![i]! < 60) return;
      expect(value * bias[i]!).toBeCloseTo(shaded.planes[0]![i]!, 9);
      sum += Math.log(bias[i]!);
      count += 1;
    });
    expect(Math.abs(sum / count)).toBeLessThan(0.1);
  });

  test('leaves an image of one intensity, what no mask counts, and air as they are', () => {
    const seven = fieldOf(grid, () => 7);
    expect(corrected(seven, grid).image).toEqual(Array.from(seven.planes[0]!));
    const nothing = fieldOf(grid, () => 0);
    expect(corrected(shaded, grid, nothing).image).toEqual(Array.from(shaded.planes[0]!));
    expect(corrected(nothing, grid).image.every((value) => value === 0)).toBe(true);
  });

  test('takes slices, and images smaller than a piece of the spline', () => {
    for (const on of [
      turnedGrid([40, 30, 1], [2, 2, 5], [0, 0, 0]),
      turnedGrid([3, 2, 2], [1, 1, 1], [0, 0, 0]),
    ]) {
      const image = fieldOf(on, (x, y) => (x % 2 === 0 ? 50 : 90) * Math.exp(0.01 * (x + y)));
      expect(corrected(image, on).image.every((value) => value > 0 && value < 200)).toBe(true);
    }
  });

  test('lays splines through what the ones before left, ever closer', () => {
    const samples = [36, 32, 28].map((voxels) => ({
      voxels,
      start: 0,
      step: 2,
      count: voxels / 2,
    }));
    const weights = new Float64Array(18 * 16 * 14).fill(1);
    const smooth = weights.map((_, i) => 1 + Math.sin((i % 18) / 4) * Math.cos(i / 18 / 16 / 5));
    const largest = (values: Float64Array) =>
      values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    let left = smooth;
    const errors = [1, 2, 3, 4, 5, 6, 7, 8].map(() => {
      const fitted = fitLattice(left, weights, samples, [8, 2, 4]);
      expect(fitted.values).toHaveLength(11 * 5 * 7);
      const values = evaluateLattice(fitted, samples);
      left = left.map((value, i) => value - values[i]!);
      return largest(left);
    });
    expect(errors[0]).toBeLessThan(0.4 * largest(smooth));
    expect(errors.at(-1)).toBeLessThan(0.08 * largest(smooth));
  });
});
