import { describe, expect, it, test } from 'vitest';
import { axisAlignedGrid, centreMm, type Grid, voxelCount } from '../../../src/imaging/grid';
import type { ImageVolume } from '../../../src/imaging/volume';
import { nodeRegistry } from '../../../src/nodes/index';
import { evaluate } from '../../../src/nodes/registration/evaluate';
import { levelPairs } from '../../../src/nodes/registration/level-pairs';
import { levelContext } from '../../../src/nodes/registration/pyramid';
import type { RegistrationParts } from '../../../src/nodes/registration/registration-parts';
import { afterModel } from '../../../src/nodes/registration/total-transform';
import { gridAttributes } from '../../../src/runtime/api/nodes/builder';
import type { ImageValue } from '../../../src/runtime/api/nodes/port-values';
import { bindPlan } from '../../../src/runtime/cpu/bound-plan';
import { createCpuDevice } from '../../../src/runtime/cpu/device';
import { walkAlone } from '../../../src/runtime/cpu/walk';
import { fieldOf, scalars, turnedGrid } from '../../support/case-values';
import { errorVoxels, linearMapAbout, rotationByDegrees } from '../../support/known-truth';
import { poolThreadStarter } from '../../support/pool-threads';
import { type CaseInputs, graphOf, memoryWith, planOf, resultsIn } from '../../support/run-graph';
import {
  knownPair,
  type RegistrationRun,
  registrationProgram,
  runRegistration,
  type SmallRegistration,
} from '../../support/small-registration';
import { lowerNode, refusalOf } from './lowering';

const optimizer = 'optimizer.levenberg-marquardt';

describe('the curvature of Gauss and Newton', () => {
  const volume = turnedGrid([9, 8, 7], [1.2, 0.9, 2], [0, 0, 0]);
  const slice = turnedGrid([11, 9, 1], [1.2, 0.9, 2], [0, 0, 0]);
  /** Wider than the fixed image, so that every point has its partner whatever the step. */
  const around = (flat: boolean): Grid =>
    turnedGrid([19, 18, flat ? 1 : 13], [1.1, 1, 1.9], flat ? [-3, -4, 0] : [-4, -2, -6]);
  const initial = [1.01, 0.02, -0.01, 0.3, -0.02, 0.99, 0.01, -0.2, 0, 0.01, 1.02, 0.1];
  const inSlice = [1.01, 0.02, 0, 0.3, -0.02, 0.99, 0, -0.2, 0, 0, 1, 0];

  it.each([
    ['model.affine', volume, [0.3, -0.2, 0.1, 0.4, -0.3, 0.2, 0.1, -0.3, 0.2, 0.1, -0.2, 0.3]],
    ['model.similarity', volume, [0.3, -0.2, 0.1, 0.4, -0.3, 0.2, 0.5]],
    ['model.affine', slice, [0.3, -0.2, 0.1, 0.4, -0.3, 0.2, 0.1, -0.3, 0.2, 0.1, -0.2, 0.3]],
  ] as const)('is 2JᵀJ of what the objectives square, by differences: %s', (model, grid, p) => {
    const isFlat = grid === slice;
    const moving = around(isFlat);
    const wave = (on: Grid, k: number) =>
      fieldOf(on, (x, y, z) => Math.sin((0.5 + 0.1 * k) * x + k) * Math.cos(0.4 * y + 0.5 * z + k));
    const two = (on: Grid, k: number) => {
      const [first, second] = [wave(on, k), wave(on, k + 1)];
      return {
        ...fieldOf(
          on,
          () => 0,
          () => 0,
        ),
        planes: [first.planes[0]!, second.planes[0]!],
      };
    };
    const inputs: CaseInputs = {
      fixed: wave(grid, 0),
      moving: wave(moving, 0.3),
      ownFixed: two(grid, 1),
      ownMoving: two(moving, 1.2),
      mask: fieldOf(grid, (x) => (x > 2 ? 1 : 0.25 * x)),
      initial: scalars(...(isFlat ? inSlice : initial)),
    };
    const graph = graphOf({ ...inputs, parameters: scalars(...p) }, (builder, values) => {
      const { builder: b } = builder;
      const image = (name: string): ImageValue => {
        const type = inputs[name]!.type as { grid: Grid; channels: number };
        return { kind: 'image', ...type, image: values[name]! };
      };
      const part = (type: string, wired = {}, params = {}) =>
        Object.values(lowerNode(builder, nodeRegistry.get(type)!, wired, params, type))[0] as never;
      const parts: RegistrationParts = {
        fixed: image('fixed'),
        moving: image('moving'),
        fixedMask: { kind: 'mask', grid, mask: values.mask! },
        initial: { kind: 'transform', grid, affine: values.initial! },
        model: part(model),
        objectives: [
          part('similarity.mean-squared-error', {}, { weight: 2 }),
          part(
            'similarity.sum-of-squares',
            { fixed: image('ownFixed'), moving: image('ownMoving') },
            { weight: 0.3 },
          ),
        ],
        optimizer: part(optimizer),
        schedule: part('schedule.pyramid'),
      };
      const pairs = levelPairs(b, parts, 1);
      const level = levelContext(grid, { level: 0, levels: 1 }, pairs.main.fixed);
      const variables = [values.parameters!];
      const found = evaluate(b, parts, level, pairs, variables, b.constant([0]));
      const map = afterModel(b, parts.initial, parts.model.maps(b, variables, level).moving);
      const read = (source: string) =>
        b.sample(
          { source: values[source]!, ...map },
          { ...gridAttributes(grid), interpolation: 'linear', outside: 'edge' },
        );
      return [found.total, found.curvature!, read('moving'), read('ownMoving')];
    });
    const plan = planOf(graph);
    const at = (parameters: readonly number[]) => {
      const memory = memoryWith(plan, { ...inputs, parameters: scalars(...parameters) });
      walkAlone(bindPlan(plan, memory));
      const [total, curvature, warped, ownWarped] = resultsIn(plan, memory);
      return {
        total: total![0]![0]!,
        curvature: curvature![0]!,
        planes: [...warped!, ...ownWarped!],
      };
    };

    const found = at(p);
    const voxels = voxelCount(grid);
    const mask = inputs.mask!.planes[0]!;
    const masked = mask.reduce((sum, m) => sum + m, 0);
    const volumeMm3 = voxels * 1.2 * 0.9 * 2;
    // A mean within the mask; a mean over two channels and all voxels, times the volume.
    const shares = [2 / masked, (0.3 * volumeMm3) / (2 * voxels), (0.3 * volumeMm3) / (2 * voxels)];
    const fixed = [...inputs.fixed!.planes, ...inputs.ownFixed!.planes];
    const loss = found.planes.reduce(
      (sum, plane, c) =>
        sum + shares[c]! * plane.reduce((s, v, i) => s + mask[i]! * (v - fixed[c]![i]!) ** 2, 0),
      0,
    );
    expect(found.total).toBeCloseTo(loss, 9);

    const h = 1e-5;
    const slopes = p.map((_, k) => {
      const by = (step: number) => at(p.map((v, j) => (j === k ? v + step : v))).planes;
      const [ahead, behind] = [by(h), by(-h)];
      return ahead.map((plane, c) => plane.map((v, i) => (v - behind[c]![i]!) / (2 * h)));
    });
    const scale = Math.max(...found.curvature);
    slopes.forEach((a, row) => {
      slopes.forEach((other, column) => {
        const expected = a.reduce(
          (sum, plane, c) =>
            sum + 2 * shares[c]! * plane.reduce((s, v, i) => s + mask[i]! * v * other[c]![i]!, 0),
          0,
        );
        const entry = found.curvature[row * p.length + column]!;
        expect(Math.abs(entry - expected) / scale).toBeLessThan(1e-6);
      });
    });
  });
});

const onOneThread = (options: SmallRegistration) =>
  runRegistration(createCpuDevice({ threads: 1 }), options);

const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const motions = {
  'model.translation': identity,
  'model.rigid': rotationByDegrees(4, -6, 9),
  'model.similarity': rotationByDegrees(3, -4, 6).map((v) => 1.05 * v),
  'model.affine': [1.05, 0.06, -0.03, 0.02, 0.95, 0.08, -0.05, 0.03, 1.04],
};

const pairOf = (model: keyof typeof motions) =>
  knownPair([24, 28, 24], ({ grid }) => ({
    affine: linearMapAbout(centreMm(grid), motions[model], [5, -7, 4]),
  }));

const slicePair = () =>
  knownPair([32, 36, 1], ({ grid }) => ({
    affine: linearMapAbout(centreMm(grid), rotationByDegrees(0, 0, 5), [3, -4, 0]),
  }));

const totals = ({ rows }: RegistrationRun): readonly number[] =>
  rows.flatMap((level) => level.map((row) => row[0]!));

const neverRises = (losses: readonly number[]): boolean =>
  losses.every((loss, i) => i === 0 || loss <= losses[i - 1]!);

/** Iterations until a loss is a ten-thousandth of the first. */
const arrival = (losses: readonly number[]): number =>
  losses.findIndex((loss) => loss < 1e-4 * losses[0]!);

describe('Levenberg-Marquardt', { timeout: 60_000 }, () => {
  it.each(['model.translation', 'model.rigid', 'model.similarity', 'model.affine'] as const)(
    'recovers a known map of %s, never rising, and knows when it is there',
    async (model) => {
      const pair = pairOf(model);
      const levels = { shrink: [2, 1], iterations: [30, 60] };
      const run = await onOneThread({ ...pair, model, optimizer, ...levels });
      const affine = [...run.results.affine![0]!] as unknown as typeof pair.truth.affine;
      expect(errorVoxels(pair.fixed, pair.truth, { affine })).toBeLessThan(0.01);
      for (const level of run.rows) expect(neverRises(level.map((row) => row[0]!))).toBe(true);
      expect(run.outcomes[1]).toMatchObject({ outcome: 'converged' });
    },
  );

  it('is there where gradient descent is not in ten times the iterations, and before L-BFGS', async () => {
    const options = { ...pairOf('model.affine'), model: 'model.affine' };
    const arrivalOf = async (type: string, iterations: number) =>
      arrival(totals(await onOneThread({ ...options, optimizer: type, iterations: [iterations] })));
    const found = await arrivalOf(optimizer, 12);
    expect(found).toBeGreaterThan(0);
    expect(await arrivalOf('optimizer.gradient-descent', 10 * found)).toBe(-1);
    expect(await arrivalOf('optimizer.lbfgs', found)).toBe(-1);
  });

  it('recovers a turned slice, level by level, with the same bits on several threads', async () => {
    const pair = slicePair();
    const options = {
      ...pair,
      model: 'model.affine',
      optimizer,
      shrink: [2, 1],
      iterations: [30, 30],
    };
    const alone = await onOneThread(options);
    const affine = [...alone.results.affine![0]!] as unknown as typeof pair.truth.affine;
    expect(errorVoxels(pair.fixed, pair.truth, { affine })).toBeLessThan(0.02);
    const device = createCpuDevice({ threads: 2, spawnThread: await poolThreadStarter() });
    expect(await runRegistration(device, options)).toEqual(alone);
    device.destroy();
  });

  it('takes a step back exactly, and damps the next until one is kept', async () => {
    // So little damping, so far away: steps are refused.
    const options = {
      ...knownPair([32, 36, 1], ({ grid }) => ({
        affine: linearMapAbout(centreMm(grid), rotationByDegrees(0, 0, 6), [12, -12, 0]),
      })),
      model: 'model.affine',
      optimizer,
      parameters: { damping: 1e-6 },
    };
    const losses = totals(await onOneThread({ ...options, iterations: [20] }));
    expect(neverRises(losses)).toBe(true);
    const refused = losses.findIndex((loss, i) => i > 1 && loss === losses[i - 1]);
    expect(refused).toBeGreaterThan(1);
    expect(losses.at(-1)!).toBeLessThan(losses[refused]!);
    const [before, after] = await Promise.all(
      [refused, refused + 1].map((iterations) =>
        onOneThread({ ...options, iterations: [iterations] }),
      ),
    );
    expect(after!.results).toEqual(before!.results);
  });

  it('changes nothing once it is done', async () => {
    const options = { ...slicePair(), model: 'model.rigid', optimizer };
    const whole = await onOneThread({ ...options, iterations: [60] });
    const { iterations, outcome } = whole.outcomes[0]!;
    expect(outcome).toBe('converged');
    const idle = await onOneThread({ ...options, iterations: [iterations - 9] });
    expect(idle.outcomes[0]!.outcome).toBe('cap');
    expect(idle.results).toEqual(whole.results);
  });

  it('recovers a map between contrasts by self-similarities', async () => {
    const pair = slicePair();
    const inverted = { ...pair.moving, values: pair.moving.values.map((v) => 1 - v) };
    const run = await onOneThread({
      ...pair,
      moving: inverted as ImageVolume,
      model: 'model.rigid',
      optimizer,
      similarity: 'similarity.mind-ssc',
      iterations: [30],
    });
    const affine = [...run.results.affine![0]!] as unknown as typeof pair.truth.affine;
    expect(errorVoxels(pair.fixed, pair.truth, { affine })).toBeLessThan(0.5);
  });

  const imageOf = (grid: Grid, f: (x: number, y: number, z: number) => number): ImageVolume => ({
    kind: 'image',
    grid,
    values: Float32Array.from(fieldOf(grid, f).planes[0]!),
    storedType: 'float32',
  });
  const small = axisAlignedGrid([18, 16, 1], [2, 2, 2], [-17, -15, 0]);
  const blob = (x: number, y: number) => Math.exp(-((x - 8.5) ** 2 + (y - 7.5) ** 2) / 20);

  test.each([
    ['constant images', () => 1, () => 0.3, undefined],
    ['a constant moving image', blob, () => 0.3, undefined],
    ['values that are no numbers', blob, () => Number.NaN, undefined],
    ['an empty mask', blob, (x: number, y: number) => blob(x - 2, y), () => 0],
  ] as const)('leaves %s where they are', async (_, fixed, moving, mask) => {
    const masks = mask && { fixed: imageOf(small, mask), moving: imageOf(small, mask) };
    const { results } = await onOneThread({
      fixed: imageOf(small, fixed),
      moving: imageOf(small, moving),
      ...(masks && { masks }),
      model: 'model.affine',
      optimizer,
      iterations: [6],
    });
    expect([...results.affine![0]!]).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]);
  });

  test.each([1e-3, 1e3])('finds the same in voxels that are %d times as large', async (size) => {
    const pair = slicePair();
    const scaled = ({ grid, ...image }: ImageVolume): ImageVolume => ({
      ...image,
      grid: {
        ...grid,
        worldFromVoxel: grid.worldFromVoxel.map(
          (v) => v * size,
        ) as unknown as typeof grid.worldFromVoxel,
      },
    });
    const { results } = await onOneThread({
      fixed: scaled(pair.fixed),
      moving: scaled(pair.moving),
      model: 'model.rigid',
      optimizer,
      iterations: [30],
    });
    const affine = [...results.affine![0]!].map((v, i) =>
      i % 4 === 3 ? v / size : v,
    ) as unknown as typeof pair.truth.affine;
    expect(errorVoxels(pair.fixed, pair.truth, { affine })).toBeLessThan(0.01);
  });

  test.each([
    [{ similarity: 'similarity.lncc' }, 'objectives', /similarity\.lncc/, /Mean squared error/],
    [{ similarity: 'similarity.mutual-information' }, 'objectives', /none/, /CMA-ES/],
    [{ model: 'model.greedy' }, 'model', /thousands/, /Demons forces/],
    [{ model: 'model.bspline' }, 'model', /thousands/, /Affine/],
  ])('%o is refused', (changes, port, message, remedy) => {
    const options = { ...slicePair(), model: 'model.affine', optimizer, iterations: [5] };
    const problem = refusalOf(() => registrationProgram({ ...options, ...changes }));
    expect(problem).toMatchObject({ port });
    expect(problem.message).toMatch(message);
    expect(problem.remedy).toMatch(remedy);
  });
});
