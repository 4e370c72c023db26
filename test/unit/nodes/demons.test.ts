import { describe, expect, it, test } from 'vitest';
import { identityMatrix } from '../../../src/imaging/frames';
import { axisAlignedGrid, type Grid, spacingMm } from '../../../src/imaging/grid';
import { knownDeformation } from '../../../src/imaging/phantoms/deformation';
import type { ImageVolume } from '../../../src/imaging/volume';
import { demonsForce, type ForceGradient } from '../../../src/nodes/registration/demons-force';
import { createCpuDevice } from '../../../src/runtime/cpu/device';
import {
  fieldOf,
  obliqueGrid,
  oneSliceGrid,
  randomField,
  scalars,
} from '../../support/case-values';
import { deformImage, errorVoxels } from '../../support/known-truth';
import { type CaseInputs, graphOf, runGraph } from '../../support/run-graph';
import {
  knownPair,
  registrationProgram,
  runRegistration,
  type SmallRegistration,
} from '../../support/small-registration';
import { refusalOf } from './lowering';

const run = (options: SmallRegistration) =>
  runRegistration(createCpuDevice({ threads: 1 }), options);

/** A force and the slopes that it is made of, for so many channels and objectives. */
function forceOf(
  grid: Grid,
  {
    channels = 1,
    objectives = 1,
    gradient = 'symmetric',
    stepVoxels = 0.5,
    leastDifference = 0,
    inputs = {},
  }: {
    readonly channels?: number;
    readonly objectives?: number;
    readonly gradient?: ForceGradient;
    readonly stepVoxels?: number;
    readonly leastDifference?: number;
    readonly inputs?: CaseInputs;
  } = {},
) {
  const given: CaseInputs = {
    warped: randomField(grid, channels, 3),
    fixed: randomField(grid, channels, 4),
    weight: fieldOf(grid, () => 1),
    factor: scalars(2.5),
    step: scalars(stepVoxels),
    ...inputs,
  };
  const graph = graphOf(given, ({ builder: b }, values) => {
    const one = {
      warped: values.warped!,
      fixed: values.fixed!,
      weight: values.weight!,
      factor: values.factor!,
    };
    const rule = { gradient, stepVoxels: values.step!, leastDifference };
    const force = demonsForce(b, Array(objectives).fill(one), grid, rule);
    const slopes = [one.warped, one.fixed].map((field) =>
      b.fieldDerivatives({ field }, { order: 1, scheme: 'central' }),
    );
    return [force, ...slopes];
  });
  const [force, ofWarped, ofFixed] = runGraph(graph, given);
  return { force: force!, ofWarped: ofWarped!, ofFixed: ofFixed!, given };
}

/** x of Ax = b by Cramer's rule. */
function solve3(a: readonly (readonly number[])[], b: readonly number[]): readonly number[] {
  const det = (m: readonly (readonly number[])[]): number =>
    m[0]![0]! * (m[1]![1]! * m[2]![2]! - m[1]![2]! * m[2]![1]!) -
    m[0]![1]! * (m[1]![0]! * m[2]![2]! - m[1]![2]! * m[2]![0]!) +
    m[0]![2]! * (m[1]![0]! * m[2]![1]! - m[1]![1]! * m[2]![0]!);
  const whole = det(a);
  return [0, 1, 2].map(
    (column) => det(a.map((row, i) => row.map((v, j) => (j === column ? b[i]! : v)))) / whole,
  );
}

/** Mean of the squared edges along axes of more than one voxel. */
const squaredEdge = (grid: Grid): number => {
  const edges = spacingMm(grid).filter((_, axis) => grid.sizeVoxels[axis]! > 1);
  return edges.reduce((sum, edge) => sum + edge * edge, 0) / edges.length;
};

describe('a force of demons', () => {
  it.each([
    { grid: obliqueGrid, gradient: 'symmetric', channels: 1 },
    { grid: obliqueGrid, gradient: 'fixed', channels: 2 },
    { grid: obliqueGrid, gradient: 'moving', channels: 3 },
    { grid: obliqueGrid, gradient: 'symmetric', channels: 5 },
    { grid: oneSliceGrid, gradient: 'fixed', channels: 1 },
    { grid: oneSliceGrid, gradient: 'moving', channels: 3 },
  ] as const)(
    'is the damped step of Gauss and Newton: $gradient, $channels channels',
    ({ grid, gradient, channels }) => {
      const { force, ofWarped, ofFixed, given } = forceOf(grid, { gradient, channels });
      const kappa = squaredEdge(grid);
      const share = { symmetric: [0.5, 0.5], fixed: [0, 1], moving: [1, 0] }[gradient]!;
      force[0]!.forEach((_, at) => {
        const h = [0, 1, 2].map(() => [0, 0, 0]);
        const g = [0, 0, 0];
        let squares = 0;
        for (let c = 0; c < channels; c += 1) {
          const plane = (field: readonly ArrayLike<number>[], k: number): number =>
            field.length === 1 ? field[0]![k * force[0]!.length + at]! : field[k]![at]!;
          const J = [0, 1, 2].map(
            (i) => share[0]! * plane(ofWarped, 3 * c + i) + share[1]! * plane(ofFixed, 3 * c + i),
          );
          const r = given.warped!.planes[c]![at]! - given.fixed!.planes[c]![at]!;
          squares += r * r;
          for (const i of [0, 1, 2]) {
            g[i]! += r * J[i]!;
            for (const j of [0, 1, 2]) h[i]![j]! += J[i]! * J[j]!;
          }
        }
        for (const i of [0, 1, 2]) h[i]![i]! += squares / kappa;
        const expected = solve3(h, g).map((x) => -x);
        force.forEach((plane, axis) => {
          expect(plane[at]).toBeCloseTo(expected[axis]!, 9);
        });
        const length = Math.hypot(...force.map((plane) => plane[at]!));
        expect(length).toBeLessThan(0.5 * Math.sqrt(squaredEdge(grid)) + 1e-9);
      });
    },
  );

  it('is the same for one pair twice as once, and as its own channels', () => {
    const once = forceOf(obliqueGrid).force;
    const twice = forceOf(obliqueGrid, { objectives: 2 }).force;
    once.forEach((plane, axis) => {
      plane.forEach((v, i) => {
        expect(twice[axis]![i]).toBeCloseTo(v, 9);
      });
    });
  });

  it.each([1, 2])(
    'is zero where nothing differs, changes or counts, with %i objectives',
    (objectives) => {
      const constant = (value: number) => fieldOf(obliqueGrid, () => value);
      const cases: readonly CaseInputs[] = [
        { warped: constant(0.5), fixed: constant(0.5) },
        { warped: constant(0.5), fixed: constant(0.2) },
        { weight: constant(0) },
        { fixed: randomField(obliqueGrid, 1, 3) },
      ];
      for (const inputs of cases) {
        const { force } = forceOf(obliqueGrid, { objectives, inputs });
        for (const plane of force) for (const v of plane) expect(Math.abs(v)).toBe(0);
      }
    },
  );

  it('fades out below the least difference', () => {
    const strong = forceOf(obliqueGrid).force;
    const faint = forceOf(obliqueGrid, { leastDifference: 1e3 }).force;
    faint.forEach((plane, axis) => {
      plane.forEach((v, i) => {
        expect(Math.abs(v)).toBeLessThanOrEqual(1e-4 * Math.abs(strong[axis]![i]!) + 1e-12);
      });
    });
  });
});

/** A head and the same head bent by a smooth field, on one grid. */
function bentPair() {
  const sizeVoxels = [20, 24, 16] as const;
  return knownPair(sizeVoxels, ({ grid }) => ({
    affine: identityMatrix,
    displacement: knownDeformation({
      grid: { ...grid, sizeVoxels },
      seed: 3,
      maximumDisplacementMm: 14,
      smoothnessMm: 90,
    }).field.componentsMm,
  }));
}

const settings = { optimizer: 'optimizer.demons', shrink: [2, 1], iterations: [15, 10] } as const;

describe('demons', { timeout: 60_000 }, () => {
  it.each([
    ['model.displacement', { smoothFieldVoxels: 1.2 }, 'similarity.mean-squared-error'],
    [
      'model.greedy',
      { smoothFieldVoxels: 1.2, smoothGradientVoxels: 0 },
      'similarity.sum-of-squares',
    ],
    [
      'model.svf',
      { smoothFieldVoxels: 1.2, smoothGradientVoxels: 0 },
      'similarity.mean-squared-error',
    ],
    [
      'model.svf',
      { smoothFieldVoxels: 1.2, smoothGradientVoxels: 0, halfWay: true },
      'similarity.mean-squared-error',
    ],
    [
      'model.syn',
      { smoothFieldVoxels: 1.2, smoothGradientVoxels: 0 },
      'similarity.mean-squared-error',
    ],
    [
      'model.greedy',
      { smoothFieldVoxels: 1, smoothGradientVoxels: 0 },
      'similarity.mind-ssc',
      [10, 5],
    ],
  ])(
    'recovers a known deformation with %s %o by %s',
    async (model, modelParameters, similarity, iterations: readonly number[] = settings.iterations) => {
      const pair = bentPair();
      const { results } = await run({
        ...settings,
        ...pair,
        model,
        modelParameters,
        similarity,
        iterations,
      });
      const [x, y, z] = results.displacement as [Float32Array, Float32Array, Float32Array];
      const affine = identityMatrix;
      expect(errorVoxels(pair.fixed, pair.truth, { affine })).toBeGreaterThan(1);
      expect(errorVoxels(pair.fixed, pair.truth, { affine, displacement: [x, y, z] })).toBeLessThan(
        0.5,
      );
    },
  );

  it('half way gives the inverse where the images are exchanged', async () => {
    const pair = bentPair();
    const moving = deformImage(pair.moving, pair.fixed.grid, { affine: identityMatrix });
    const options = {
      ...settings,
      model: 'model.svf',
      modelParameters: { smoothFieldVoxels: 1.2, smoothGradientVoxels: 0, halfWay: true },
    };
    const there = await run({ ...options, fixed: pair.fixed, moving });
    const back = await run({ ...options, fixed: moving, moving: pair.fixed });
    const voxelMm = Math.min(...spacingMm(pair.fixed.grid));
    there.results.inverse!.forEach((plane, axis) => {
      const other = back.results.displacement![axis]!;
      plane.forEach((v, i) => {
        expect(Math.abs(v - other[i]!)).toBeLessThan(1e-3 * voxelMm);
      });
    });
  });

  test('what is the same everywhere stays where it is', async () => {
    const grid = axisAlignedGrid([18, 16, 1], [2, 2, 2], [0, 0, 0]);
    const imageOf = (f: (x: number) => number): ImageVolume => ({
      kind: 'image',
      grid,
      values: Float32Array.from(fieldOf(grid, f).planes[0]!),
      storedType: 'float32',
    });
    const { results } = await run({
      fixed: imageOf(() => 1),
      moving: imageOf(() => 0.3),
      model: 'model.displacement',
      optimizer: 'optimizer.demons',
      iterations: [3],
    });
    for (const plane of results.displacement!) for (const v of plane) expect(v).toBe(0);
  });

  test.each([
    [{ similarity: 'similarity.lncc', model: 'model.greedy' }, 'objectives', 'similarity.lncc'],
    [
      { regularizer: { type: 'regularizer.diffusion' }, model: 'model.greedy' },
      'objectives',
      'regularizer.diffusion',
    ],
    [{ model: 'model.affine' }, 'model', 'no vector'],
    [{ model: 'model.bspline' }, 'model', 'no vector'],
  ])('%o is refused', (changes, port, named) => {
    const options = { ...settings, ...bentPair(), ...changes };
    const problem = refusalOf(() => registrationProgram(options));
    expect(problem).toMatchObject({ port });
    expect(problem.message).toContain(named);
  });
});
