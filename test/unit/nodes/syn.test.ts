import { describe, expect, it, test } from 'vitest';
import { identityMatrix } from '../../../src/imaging/frames';
import { axisAlignedGrid, type Grid, voxelCount } from '../../../src/imaging/grid';
import { knownDeformation } from '../../../src/imaging/phantoms/deformation';
import type { ImageVolume } from '../../../src/imaging/volume';
import { syn } from '../../../src/nodes/model/syn';
import { mapPoints, squaredDistance } from '../../../src/nodes/registration/map-points';
import { poorInverse } from '../../../src/nodes/registration/report-inverse';
import type { NodeDefinition } from '../../../src/runtime/api/nodes/define-node';
import type { ModelPart } from '../../../src/runtime/api/nodes/port-values';
import { differentiate } from '../../../src/runtime/compile/differentiate';
import { GraphBuilder } from '../../../src/runtime/compile/graph-builder';
import { createCpuDevice } from '../../../src/runtime/cpu/device';
import { fieldType, type PlaneArray } from '../../../src/runtime/ir/values';
import { fieldOf, pointsOf, randomNumbers } from '../../support/case-values';
import { deformImage, errorVoxels } from '../../support/known-truth';
import type { CaseValue } from '../../support/op-case';
import { graphOf, runGraph } from '../../support/run-graph';
import { runSmallProgram, smallProgram } from '../../support/run-op';
import {
  knownPair,
  runRegistration,
  type SmallRegistration,
} from '../../support/small-registration';
import { lowerNode } from './lowering';

const spacingMm = (grid: Grid): number =>
  Math.hypot(...[0, 4, 8].map((i) => grid.worldFromVoxel[i]!));

/** A head and the same head bent by a smooth field, on one grid. */
function bentPair() {
  const sizeVoxels = [24, 28, 20] as const;
  return knownPair(sizeVoxels, ({ grid }) => ({
    affine: identityMatrix,
    displacement: knownDeformation({
      grid: { ...grid, sizeVoxels },
      seed: 3,
      maximumDisplacementMm: 12,
      smoothnessMm: 90,
    }).field.componentsMm,
  }));
}

const settings = {
  model: 'model.syn',
  optimizer: 'optimizer.gradient-descent',
  similarity: 'similarity.lncc',
  shrink: [2, 1],
  iterations: [15, 10],
} as const;

const run = (options: SmallRegistration) =>
  runRegistration(createCpuDevice({ threads: 1 }), options);

const fieldFrom = (grid: Grid, planes: readonly PlaneArray[]): CaseValue => ({
  type: fieldType(grid, 3),
  planes: planes.map((plane) => Float64Array.from(plane)),
});

/** Mean length of the vectors of a field, mm. */
const meanLength = ([x, y, z]: readonly ArrayLike<number>[]): number => {
  const lengths = Array.from(x!, (v, i) => Math.hypot(v, y![i]!, z![i]!));
  return lengths.reduce((sum, v) => sum + v, 0) / lengths.length;
};

describe('a symmetric registration', { timeout: 60_000 }, () => {
  it('gives the inverse where the two images are exchanged', async () => {
    const pair = bentPair();
    const { grid } = pair.fixed;
    const moving = deformImage(pair.moving, grid, { affine: identityMatrix });
    const there = await run({ ...settings, fixed: pair.fixed, moving });
    const back = await run({ ...settings, fixed: moving, moving: pair.fixed });
    // Before the first step the two comparisons are one.
    expect(there.rows[0]![0]![0]).toBeCloseTo(back.rows[0]![0]![0]!, 6);

    const inputs = {
      inner: fieldFrom(grid, there.results.displacement!),
      outer: fieldFrom(grid, back.results.displacement!),
    };
    const program = smallProgram(inputs, (b, { inner, outer }) =>
      b.op('compose', { inner, outer }),
    );
    const { value } = runSmallProgram(program, inputs);
    const voxelMm = spacingMm(grid);
    expect(meanLength(inputs.inner.planes)).toBeGreaterThan(0.3 * voxelMm);
    expect(meanLength(value!)).toBeLessThan(0.02 * voxelMm);
    // What is exported as the inverse is the map of the exchanged pair.
    const apart = inputs.outer.planes.map((plane, axis) =>
      plane.map((v, i) => v - there.results.inverse![axis]![i]!),
    );
    expect(meanLength(apart)).toBeLessThan(1e-3 * voxelMm);
  });

  it('recovers a known deformation', async () => {
    const pair = bentPair();
    const { results } = await run({
      ...settings,
      ...pair,
      optimizer: 'optimizer.adam-normalized',
      modelParameters: { smoothGradientVoxels: 2.5 },
      parameters: { finalFraction: 0.05 },
      iterations: [40, 25],
    });
    const [x, y, z] = results.displacement as [Float32Array, Float32Array, Float32Array];
    const affine = identityMatrix;
    const before = errorVoxels(pair.fixed, pair.truth, { affine });
    expect(before).toBeGreaterThan(1);
    expect(errorVoxels(pair.fixed, pair.truth, { affine, displacement: [x, y, z] })).toBeLessThan(
      0.3,
    );
  });
});

test('what masks leave out of either image pulls neither half', { timeout: 60_000 }, async () => {
  // Squared differences of two bumps, each with a bright block at another end that its mask leaves out.
  const grid = axisAlignedGrid([20, 16, 12], [2, 2, 2], [0, 0, 0]);
  const bump = (shift: number) => (x: number, y: number, z: number) =>
    Math.exp(-((x - 9.5 - shift) ** 2 + (y - 8) ** 2 + (z - 6) ** 2) / 12);
  const imageOf = (f: (x: number, y: number, z: number) => number): ImageVolume => ({
    kind: 'image',
    grid,
    values: Float32Array.from(fieldOf(grid, f).planes[0]!),
    storedType: 'float32',
  });
  const masks = { fixed: imageOf((x) => +(x > 3)), moving: imageOf((x) => +(x < 16)) };
  const found = async (block: number): Promise<readonly PlaneArray[]> => {
    const { results } = await run({
      fixed: imageOf((x, y, z) => bump(0)(x, y, z) + (x < 2 ? block * (1 + y) : 0)),
      moving: imageOf((x, y, z) => bump(1)(x, y, z) + (x > 17 ? block * (1 + y) : 0)),
      masks,
      model: 'model.syn',
      optimizer: 'optimizer.gradient-descent',
      iterations: [8],
    });
    return results.displacement!;
  };
  const [clean, blocked] = [await found(0), await found(0.5)];
  expect(meanLength(clean)).toBeGreaterThan(0.05);
  clean.forEach((plane, axis) => {
    plane.forEach((v, i) => {
      if (Math.abs(v - blocked[axis]![i]!) > 1e-5) throw new Error(`differs at ${i}`);
    });
  });
});

test('places are led through both halves: the gradient of the whole map, to first order', () => {
  const grid = axisAlignedGrid([9, 8, 7], [2, 1.5, 2.5], [-8, -6, -7]);
  const smooth = (phase: number, size: number): CaseValue =>
    fieldOf(
      grid,
      (x, y) => size * Math.sin(x / 2 + phase) * Math.cos(y / 3),
      (_, y, z) => size * Math.cos(y / 2 - phase + z / 4),
      (x, _, z) => size * Math.sin(z / 2 + x / 5 + phase),
    );
  const inputs: Readonly<Record<string, CaseValue>> = {
    toFixed: smooth(0.3, 0.5),
    toMoving: smooth(1.1, 0.6),
    points: pointsOf([
      [-1, 0, 1],
      [2, 1, -2],
    ]),
    partners: pointsOf([
      [0.5, 0.7, 0],
      [2.5, -1, -1],
    ]),
  };
  const { model } = lowerNode(new GraphBuilder(), syn as unknown as NodeDefinition, {}) as {
    readonly model: ModelPart;
  };
  const evaluated = (given: typeof inputs) => {
    const graph = graphOf(given, (g, { toFixed, toMoving, points, partners }) => {
      const b = g.builder;
      const halves = [toFixed!, toMoving!];
      const whole = model.whole!(b, halves, {} as never);
      const loss = b.pointwiseMean(
        { a: mapPoints(b, points!, whole), b: partners! },
        { terms: [squaredDistance] },
      );
      return [loss, ...b.gradient(loss, halves)];
    });
    const [loss, ...gradients] = runGraph(differentiate(graph), given);
    return { loss: loss![0]![0]!, gradients };
  };
  const { gradients } = evaluated(inputs);
  for (const [half, name] of ['toFixed', 'toMoving'].entries()) {
    const along = [5, 6, 7].map((seed) => randomNumbers(voxelCount(grid), seed));
    const at = (step: number): number => {
      const { type, planes } = inputs[name]!;
      const moved = planes.map((plane, axis) => plane.map((v, i) => v + step * along[axis]![i]!));
      return evaluated({ ...inputs, [name]: { type, planes: moved } }).loss;
    };
    const measured = (at(1e-4) - at(-1e-4)) / 2e-4;
    const predicted = gradients[half]!.reduce(
      (sum, plane, axis) => sum + plane.reduce((s, v, i) => s + v * along[axis]![i]!, 0),
      0,
    );
    expect(Math.abs(predicted)).toBeGreaterThan(1e-3);
    expect(measured / predicted).toBeGreaterThan(0.8);
    expect(measured / predicted).toBeLessThan(1.25);
  }
});

test('an inverse that misses its map is told of, in voxels', () => {
  const judge = poorInverse(axisAlignedGrid([4, 4, 1], [2, 2, 9], [0, 0, 0]));
  expect(judge([[0.4]], [])).toBeUndefined();
  expect(judge([[0.8]], [])).toMatchObject({ port: 'model' });
});
