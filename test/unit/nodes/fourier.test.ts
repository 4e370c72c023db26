import { describe, expect, it } from 'vitest';
import { identityMatrix } from '../../../src/imaging/frames';
import { type Grid, spacingMm } from '../../../src/imaging/grid';
import { knownDeformation } from '../../../src/imaging/phantoms/deformation';
import { fourier } from '../../../src/nodes/model/fourier';
import { levelGrid } from '../../../src/nodes/registration/pyramid';
import type { LevelContext, ModelPart } from '../../../src/runtime/api/nodes/port-values';
import { GraphBuilder } from '../../../src/runtime/compile/graph-builder';
import { createCpuDevice } from '../../../src/runtime/cpu/device';
import { fieldType } from '../../../src/runtime/ir/values';
import { fieldOf, oneSliceGrid, randomField, turnedGrid } from '../../support/case-values';
import { errorVoxels } from '../../support/known-truth';
import { graphOf, runGraph } from '../../support/run-graph';
import { knownPair, runRegistration } from '../../support/small-registration';
import { lowerNode } from './lowering';

const modelOf = (params: Readonly<Record<string, unknown>>): ModelPart =>
  (
    lowerNode(new GraphBuilder(), fourier as never, {}, params) as unknown as {
      readonly model: ModelPart;
    }
  ).model;

const at = (grid: Grid) => ({ grid }) as LevelContext;
const full = turnedGrid([40, 36, 20], [1.2, 0.8, 2.5], [3, -4, 5]);

/** How many amplitudes a model has on a grid. */
function wavesOf(model: ModelPart, grid: Grid): readonly number[] {
  const b = new GraphBuilder().builder;
  const type = b.typeOf(model.start(b, at(grid))[0]!);
  if (type.kind !== 'field') throw new Error('Amplitudes are a field.');
  return type.grid.sizeVoxels;
}

describe('waves', () => {
  it('are as many as fit and as a level has voxels for; along one voxel there is one', () => {
    const model = modelOf({ shortestWaveMm: 8 });
    // 48, 28.8 and 50 mm hold 12, 7 and 12 half waves of 4 mm; the third axis has voxels for 10.
    expect(wavesOf(model, full)).toEqual([13, 8, 11]);
    expect(wavesOf(model, levelGrid(full, 2))).toEqual([11, 8, 9]);
    expect(wavesOf(model, oneSliceGrid)[2]).toBe(1);
  });

  it('are the same velocity and the same length at the next level', () => {
    const model = modelOf({ shortestWaveMm: 8, kernelMm: 3 });
    const coarse = levelGrid(full, 2);
    const waves = { sizeVoxels: [11, 8, 9], worldFromVoxel: identityMatrix } as unknown as Grid;
    // Long waves alone, which both grids see alike.
    const w = fieldOf(
      waves,
      ...[1, -2, 0.5].map(
        (size) => (x: number, y: number, z: number) => (x + y + z < 3 ? size * (1 + x - y) : 0),
      ),
    );
    const inputs = { w };
    const graph = graphOf(inputs, (g, values) => {
      const b = g.builder;
      const refined = model.refine(b, [values.w!], at(full));
      return [
        ...model.fields!(b, [values.w!], at(coarse)),
        ...model.fields!(b, refined, at(full)),
      ].map(({ value }) => b.pointwiseMean({ a: value }, { terms: [['*', 'a.0', 'a.0']] }));
    });
    const [slow, metric, slowToo, metricToo] = runGraph(graph, inputs).map((v) => v[0]![0]!);
    expect(slow).toBeGreaterThan(1e-4);
    expect(slowToo! / slow!).toBeCloseTo(1, 9);
    expect(metricToo! / metric!).toBeCloseTo(1, 9);
    // The kernel makes a velocity of the metric's field fainter, wave by wave.
    expect(slow!).toBeLessThan(metric!);
  });

  it('move a voxel by about a step when all take one', () => {
    const model = modelOf({ shortestWaveMm: 8, kernelMm: 3 });
    const w = randomField({ ...full, sizeVoxels: [13, 8, 11] }, 3, 5);
    const square = (planes: readonly ArrayLike<number>[]) =>
      Array.from(planes[0]!).reduce((sum, v) => sum + v * v, 0) / planes[0]!.length;
    const inputs = { w };
    const graph = graphOf(inputs, (g, values) => [
      model.fields!(g.builder, [values.w!], at(full))[0]!.value,
    ]);
    const moved = square(runGraph(graph, inputs)[0]!);
    expect(Math.sqrt(moved / square(w.planes))).toBeGreaterThan(0.7);
    expect(Math.sqrt(moved / square(w.planes))).toBeLessThan(1.4);
  });
});

describe('a registration by waves', { timeout: 60_000 }, () => {
  it('recovers a known deformation and its inverse', async () => {
    const sizeVoxels = [24, 28, 20] as const;
    const pair = knownPair(sizeVoxels, ({ grid }) => ({
      affine: identityMatrix,
      displacement: knownDeformation({
        grid: { ...grid, sizeVoxels },
        seed: 3,
        maximumDisplacementMm: 12,
        smoothnessMm: 90,
      }).field.componentsMm,
    }));
    const voxelMm = Math.min(...spacingMm(pair.fixed.grid));
    const { results } = await runRegistration(createCpuDevice({ threads: 1 }), {
      ...pair,
      model: 'model.fourier',
      modelParameters: { shortestWaveMm: 8 * voxelMm, kernelMm: 8 * voxelMm },
      optimizer: 'optimizer.lbfgs',
      similarity: 'similarity.lncc',
      shrink: [2, 1],
      iterations: [15, 5],
    });
    const displacement = results.displacement as [Float32Array, Float32Array, Float32Array];
    const affine = identityMatrix;
    expect(errorVoxels(pair.fixed, pair.truth, { affine })).toBeGreaterThan(1);
    expect(errorVoxels(pair.fixed, pair.truth, { affine, displacement })).toBeLessThan(0.35);
    const field = (planes: readonly ArrayLike<number>[]) => ({
      type: fieldType(pair.fixed.grid, 3),
      planes: planes.map((plane) => Float64Array.from(plane)),
    });
    const inputs = { outer: field(displacement), inner: field(results.inverse!) };
    const graph = graphOf(inputs, (g, { outer, inner }) => {
      const b = g.builder;
      const left = b.compose({ outer: outer!, inner: inner! });
      return [b.pointwiseMean({ a: left }, { terms: [['*', 'a.0', 'a.0']] })];
    });
    expect(Math.sqrt(runGraph(graph, inputs)[0]![0]![0]!)).toBeLessThan(0.05 * voxelMm);
  });
});
