import { describe, expect, it } from 'vitest';
import { identityMatrix } from '../../../src/imaging/frames';
import { type Grid, spacingMm } from '../../../src/imaging/grid';
import { knownDeformation } from '../../../src/imaging/phantoms/deformation';
import type { ImageVolume } from '../../../src/imaging/volume';
import { createCpuDevice } from '../../../src/runtime/cpu/device';
import { fieldType, type PlaneArray } from '../../../src/runtime/ir/values';
import { fieldOf } from '../../support/case-values';
import { deformImage, errorVoxels } from '../../support/known-truth';
import type { CaseValue } from '../../support/op-case';
import { runSmallProgram, smallProgram } from '../../support/run-op';
import {
  knownPair,
  type RegistrationRun,
  runRegistration,
  type SmallRegistration,
} from '../../support/small-registration';

const penalties = [
  'regularizer.inverse-consistency',
  'regularizer.gradient-inverse-consistency',
  'regularizer.cycle-consistency',
] as const;

const run = (options: SmallRegistration): Promise<RegistrationRun> =>
  runRegistration(createCpuDevice({ threads: 1 }), options);

/** A head and the same head bent by a smooth field, on one grid. */
function bentPair(sizeVoxels: readonly [number, number, number]) {
  const pair = knownPair(sizeVoxels, ({ grid }) => ({
    affine: identityMatrix,
    displacement: knownDeformation({
      grid: { ...grid, sizeVoxels },
      seed: 3,
      maximumDisplacementMm: 12,
      smoothnessMm: 90,
    }).field.componentsMm,
  }));
  const moving = deformImage(pair.moving, pair.fixed.grid, { affine: identityMatrix });
  return { ...pair, within: { fixed: pair.fixed, moving } };
}

const settings = {
  model: 'model.displacement-pair',
  optimizer: 'optimizer.adam-normalized',
  modelParameters: { smoothGradientVoxels: 2, smoothFieldVoxels: 0 },
  parameters: { finalFraction: 0.05 },
  shrink: [2, 1],
  iterations: [25, 15],
} as const;

const fieldFrom = (grid: Grid, planes: readonly PlaneArray[]): CaseValue => ({
  type: fieldType(grid, 3),
  planes: planes.map((plane) => Float64Array.from(plane)),
});

/** What a registration's map and what it gives as the inverse leave of each other, mm. */
function left(grid: Grid, { results }: RegistrationRun): readonly ArrayLike<number>[] {
  const inputs = {
    outer: fieldFrom(grid, results.displacement!),
    inner: fieldFrom(grid, results.inverse!),
  };
  const program = smallProgram(inputs, (b, { outer, inner }) => b.op('compose', { outer, inner }));
  return runSmallProgram(program, inputs).value!;
}

/** Its mean length, mm. */
function missed(grid: Grid, found: RegistrationRun): number {
  const [x, y, z] = left(grid, found);
  const lengths = Array.from(x!, (v, i) => Math.hypot(v, y![i]!, z![i]!));
  return lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
}

/** Its mean squared change from a voxel to the next along the first axis, mm². */
function change(grid: Grid, found: RegistrationRun): number {
  const steps = left(grid, found).flatMap((plane) =>
    Array.from(plane, (v, i) => ((i + 1) % grid.sizeVoxels[0] === 0 ? 0 : plane[i + 1]! - v)),
  );
  return steps.reduce((sum, step) => sum + step * step, 0) / steps.length;
}

describe('a registration of two free maps', { timeout: 60_000 }, () => {
  const size = [18, 22, 14] as const;
  const pair = bentPair(size);
  const { grid } = pair.fixed;
  const voxelMm = Math.min(...spacingMm(grid));

  it('is, with nothing that holds the two together, one registration each way, masks and all', async () => {
    const half = (isIn: (x: number) => boolean): ImageVolume => ({
      ...pair.fixed,
      values: Float32Array.from(fieldOf(grid, (x) => +isIn(x)).planes[0]!),
    });
    const [left, right] = [half((x) => x < 15), half((x) => x > 3)];
    const { fixed, moving } = pair.within;
    const iterations = [6, 4];
    const similarity = 'similarity.lncc';
    const alone = { ...settings, model: 'model.displacement', similarity, iterations };
    const both = await run({
      ...settings,
      ...{ fixed, moving, similarity, iterations },
      masks: { fixed: left, moving: right },
    });
    const there = await run({ ...alone, fixed, moving, masks: { fixed: left, moving: right } });
    const back = await run({
      ...alone,
      fixed: moving,
      moving: fixed,
      masks: { fixed: right, moving: left },
    });
    const largest = (planes: readonly PlaneArray[]): number =>
      Math.max(...planes.flatMap((plane) => [...plane].map(Math.abs)));
    const apart = (one: readonly PlaneArray[], other: readonly PlaneArray[]): number =>
      largest(one.map((plane, k) => plane.map((v, i) => v - other[k]![i]!)));
    expect(largest(there.results.displacement!)).toBeGreaterThan(0.5 * voxelMm);
    expect(apart(both.results.displacement!, there.results.displacement!)).toBe(0);
    // The moving image is read on the grid on which it lies: to rounding.
    expect(apart(both.results.inverse!, back.results.displacement!)).toBeLessThan(1e-3 * voxelMm);
    expect(both.rows[0]![0]![0]).toBeCloseTo(there.rows[0]![0]![0]! + back.rows[0]![0]![0]!, 5);
  });

  it('agrees with itself where that is weighed, and finds a known deformation the better for it', async () => {
    const tried = { ...settings, fixed: pair.fixed, moving: pair.moving };
    const [free, held] = [
      await run(tried),
      await run({ ...tried, regularizer: { type: penalties[0], params: { weight: 0.02 } } }),
    ];
    const error = (found?: RegistrationRun): number => {
      const [x, y, z] = (found?.results.displacement ?? []) as Float32Array[];
      const bend = x && y && z && { displacement: [x, y, z] as const };
      return errorVoxels(pair.fixed, pair.truth, { affine: identityMatrix, ...bend });
    };
    expect(error()).toBeGreaterThan(0.8);
    expect(error(free)).toBeLessThan(0.8 * error());
    expect(error(held)).toBeLessThan(0.9 * error(free));
    expect(missed(grid, free)).toBeGreaterThan(0.5 * voxelMm);
    expect(missed(grid, held)).toBeLessThan(0.2 * missed(grid, free));
  });
});

describe('two free maps of a slice', { timeout: 60_000 }, () => {
  const pair = bentPair([28, 32, 1]);
  const { grid } = pair.fixed;
  const tried = {
    ...settings,
    ...{ fixed: pair.fixed, moving: pair.moving, optimizer: 'optimizer.lbfgs', parameters: {} },
    iterations: [15, 8],
  };

  it('agree where that is weighed, and stay in its plane', async () => {
    const free = await run(tried);
    for (const [type, weight, ofMiss, ofChange] of [
      [penalties[0], 0.02, 0.1, 0.03],
      [penalties[1], 0.02, 0.7, 0.2],
      [penalties[2], 3, 0.3, 0.2],
    ] as const) {
      const found = await run({ ...tried, regularizer: { type, params: { weight } } });
      expect(missed(grid, found)).toBeLessThan(ofMiss * missed(grid, free));
      expect(change(grid, found)).toBeLessThan(ofChange * change(grid, free));
      for (const name of ['displacement', 'inverse'] as const) {
        expect(found.results[name]![2]!.every((v) => v === 0)).toBe(true);
      }
    }
  });

  it('of images that are the same everywhere stay at rest', async () => {
    const blank = { ...pair.fixed, values: pair.fixed.values.map(() => 2) };
    for (const type of penalties) {
      const { results, rows } = await run({
        ...tried,
        ...{ fixed: blank, moving: blank, iterations: [3, 3] },
        regularizer: { type, params: { weight: 1 } },
      });
      expect(rows.flat(2).every(Number.isFinite)).toBe(true);
      for (const plane of [...results.displacement!, ...results.inverse!]) {
        expect(plane.every((v) => v === 0)).toBe(true);
      }
    }
  });
});
