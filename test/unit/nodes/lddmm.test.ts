import { describe, expect, it } from 'vitest';
import { identityMatrix } from '../../../src/imaging/frames';
import { axisAlignedGrid, type Grid, voxelCount } from '../../../src/imaging/grid';
import { knownDeformation } from '../../../src/imaging/phantoms/deformation';
import { lddmm } from '../../../src/nodes/model/lddmm';
import { reasonToRefuse } from '../../../src/nodes/registration/registration-refusals';
import { kineticEnergy } from '../../../src/nodes/regularizer/kinetic-energy';
import { weighObjectives } from '../../../src/runtime/api/nodes/objectives';
import type { ModelPart, ObjectivePart } from '../../../src/runtime/api/nodes/port-values';
import { differentiate } from '../../../src/runtime/compile/differentiate';
import { GraphBuilder } from '../../../src/runtime/compile/graph-builder';
import { createCpuDevice } from '../../../src/runtime/cpu/device';
import type { ValueId } from '../../../src/runtime/ir/values';
import { fieldOf, obliqueGrid, randomField } from '../../support/case-values';
import { errorVoxels } from '../../support/known-truth';
import type { CaseValue } from '../../support/op-case';
import { graphOf, runGraph } from '../../support/run-graph';
import { knownPair, runRegistration } from '../../support/small-registration';
import { lowerNode } from './lowering';

const modelOf = (params: Readonly<Record<string, unknown>>): ModelPart =>
  (
    lowerNode(new GraphBuilder(), lddmm as never, {}, params) as unknown as {
      readonly model: ModelPart;
    }
  ).model;

const named = (fields: readonly CaseValue[]): Record<string, CaseValue> =>
  Object.fromEntries(fields.map((field, k) => [`w${k}`, field]));

describe('a velocity over time', () => {
  const grid: Grid = axisAlignedGrid([17, 9, 7], [2, 2, 3], [-16, -8, -9]);

  it('is followed step by step, and undone by flowing back', () => {
    // Towards x = 0 at a rate that changes: each step shrinks x by the same factor everywhere.
    const rates = [-0.4, -1.2, -0.8];
    const velocities = rates.map((rate) =>
      fieldOf(
        grid,
        (x) => rate * (2 * x - 16),
        () => 0,
        () => 0,
      ),
    );
    const model = modelOf({ timeSteps: 3, kernelMm: 0 });
    const inputs = named(velocities);
    const graph = graphOf(inputs, (b, values) => {
      const variables = Object.values(values) as ValueId[];
      const { moving } = model.maps(b.builder, variables, { grid } as never);
      const inverse = model.inverse!(b.builder, variables, { grid } as never);
      return [moving.displacement!, inverse];
    });
    const [there, back] = runGraph(graph, inputs);
    const factor = rates.reduce((all, rate) => all * (1 + rate / 3), 1);
    const at = 4 * 17 + 12 + 17 * 9 * 3;
    expect(there![0]![at]).toBeCloseTo((factor - 1) * 8, 6);
    // A fixed point in three rounds leaves the fourth power of a step's slope.
    const undone = rates.toReversed().reduce((x, rate) => {
      const slope = rate / 3;
      return x * (1 - slope + slope ** 2 - slope ** 3 + slope ** 4);
    }, 2);
    expect(back![0]![at - 3]).toBeCloseTo(undone - 2, 6);
    expect(Math.abs(undone * factor - 2)).toBeLessThan(0.05);
  });

  it('has the gradient of central differences, through every step and the kernel', () => {
    const fields = [5, 6, 7].map((seed) => {
      const { planes, type } = randomField(obliqueGrid, 3, seed);
      return { type, planes: planes.map((plane) => plane.map((v) => 0.6 * v)) };
    });
    const weights = randomField(obliqueGrid, 3, 8);
    const model = modelOf({ timeSteps: 3, kernelMm: 1.5 });
    const evaluated = (variables: readonly CaseValue[]) => {
      const inputs = { ...named(variables), weights };
      const graph = graphOf(inputs, (g, { weights: by, ...values }) => {
        const b = g.builder;
        const at = Object.values(values) as ValueId[];
        const u = model.maps(b, at, { grid: obliqueGrid } as never).moving.displacement!;
        const loss = b.pointwiseMean(
          { a: u, b: by! },
          { terms: [0, 1, 2].map((k) => ['*', 1000, ['*', `b.${k}`, `a.${k}`]] as const) },
        );
        return [loss, ...b.gradient(loss, at)];
      });
      const [loss, ...gradients] = runGraph(differentiate(graph), inputs);
      return { loss: loss![0]![0]!, gradients };
    };
    const { gradients } = evaluated(fields);
    fields.forEach((_, step) => {
      const along = randomField(obliqueGrid, 3, 20 + step).planes;
      const moved = (sign: number) =>
        evaluated(
          fields.map((field, k) =>
            k === step
              ? {
                  ...field,
                  planes: field.planes.map((plane, c) =>
                    plane.map((v, i) => v + sign * 1e-6 * along[c]![i]!),
                  ),
                }
              : field,
          ),
        ).loss;
      const measured = (moved(1) - moved(-1)) / 2e-6;
      const predicted = gradients[step]!.reduce(
        (sum, plane, c) => sum + plane.reduce((s, g, i) => s + g * along[c]![i]!, 0),
        0,
      );
      expect(Math.abs(predicted)).toBeGreaterThan(1e-5);
      expect(measured / predicted).toBeCloseTo(1, 4);
    });
  });

  it('has the mean over time of what it is weighed by, and its own metric', () => {
    const sizes = [1, 2, 4];
    const inputs = named(
      sizes.map((u) =>
        fieldOf(
          grid,
          () => u,
          () => 0,
          () => 0,
        ),
      ),
    );
    const model = modelOf({ timeSteps: 3, kernelMm: 6 });
    const graph = graphOf(inputs, (g, values) => {
      const b = g.builder;
      const variables = Object.values(values) as ValueId[];
      const { objective } = lowerNode(g, kineticEnergy as never, {}, { weight: 1 }) as unknown as {
        readonly objective: ObjectivePart;
      };
      const terms = {
        comparisonFor: () => undefined as never,
        wholeMap: () => undefined as never,
        fields: model.fields!(b, variables, { grid } as never),
        level: { grid } as never,
      };
      return [weighObjectives(b, [objective], terms).total];
    });
    expect(runGraph(graph, inputs)[0]![0]![0]).toBeCloseTo((1 + 4 + 16) / 3, 6);
  });
});

describe('a registration by flow', { timeout: 60_000 }, () => {
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
  const voxelMm = Math.hypot(...[0, 4, 8].map((i) => pair.fixed.grid.worldFromVoxel[i]!));
  const run = () =>
    runRegistration(createCpuDevice({ threads: 1 }), {
      ...pair,
      model: 'model.lddmm',
      modelParameters: { timeSteps: 4, kernelMm: 5 * voxelMm },
      similarity: 'similarity.lncc',
      optimizer: 'optimizer.adam-normalized',
      parameters: { finalFraction: 0.05 },
      shrink: [2, 1],
      iterations: [30, 12],
      regularizer: { type: 'regularizer.kinetic-energy', params: { weight: 1e-6 } },
    });
  const lengthOf = ([x, y, z]: readonly ArrayLike<number>[]) =>
    Array.from(x!, (v, i) => Math.hypot(v, y![i]!, z![i]!)).reduce((sum, v) => sum + v, 0) /
    voxelCount(pair.fixed.grid);

  it('recovers a known deformation and its inverse', async () => {
    const { results } = await run();
    const displacement = results.displacement as [Float32Array, Float32Array, Float32Array];
    const affine = identityMatrix;
    expect(errorVoxels(pair.fixed, pair.truth, { affine })).toBeGreaterThan(1);
    expect(errorVoxels(pair.fixed, pair.truth, { affine, displacement })).toBeLessThan(0.35);

    const inputs = {
      outer: {
        type: fieldOf(
          pair.fixed.grid,
          () => 0,
          () => 0,
          () => 0,
        ).type,
        planes: displacement.map((p) => Float64Array.from(p)),
      },
      inner: {
        type: fieldOf(
          pair.fixed.grid,
          () => 0,
          () => 0,
          () => 0,
        ).type,
        planes: results.inverse!.map((p) => Float64Array.from(p)),
      },
    };
    const graph = graphOf(inputs, (b, { outer, inner }) => [
      b.builder.compose({ outer: outer!, inner: inner! }),
    ]);
    expect(lengthOf(runGraph(graph, inputs)[0]!)).toBeLessThan(0.02 * voxelMm);
  });
});

describe('what cannot work is refused before it runs', () => {
  const image = { kind: 'image', grid: axisAlignedGrid([32, 32, 32], [1, 1, 1]), channels: 1 };
  const wired = (model: Partial<ModelPart>, objectives: readonly unknown[] = []) =>
    reasonToRefuse({
      fixed: image,
      moving: image,
      initial: undefined,
      model,
      objectives: [{ on: 'images' }, ...objectives],
      optimizer: {},
    } as never);

  it('a kernel wider than a Gaussian may be', () => {
    expect(wired(modelOf({ kernelMm: 100 }))).toBeUndefined();
    expect(wired(modelOf({ kernelMm: 1000 }))).toMatchObject({ port: 'model' });
  });

  it('a metric that the model does not have', () => {
    const metric = { on: 'field', roles: ['metric'], name: 'energy' };
    expect(wired(modelOf({}), [metric])).toBeUndefined();
    expect(wired({ fields: () => [] }, [metric])).toMatchObject({ port: 'objectives' });
  });
});
