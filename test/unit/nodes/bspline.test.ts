import { describe, expect, it } from 'vitest';
import { applyMatrix, type Vec3 } from '../../../src/imaging/frames';
import { centreMm, type Grid, spacingMm, voxelFromWorld } from '../../../src/imaging/grid';
import type { DisplacementField, ImageVolume } from '../../../src/imaging/volume';
import { nodeRegistry } from '../../../src/nodes/index';
import { controlGrid } from '../../../src/nodes/registration/control-grid';
import { levelGrid } from '../../../src/nodes/registration/pyramid';
import type { NodeDefinition } from '../../../src/runtime/api/nodes/define-node';
import type {
  LevelContext,
  ModelPart,
  ObjectivePart,
} from '../../../src/runtime/api/nodes/port-values';
import { createCpuDevice } from '../../../src/runtime/cpu/device';
import type { ValueId } from '../../../src/runtime/ir/values';
import { gridAttributes } from '../../../src/runtime/ops/grid-attributes';
import { fieldOf, oneSliceGrid, randomField, turnedGrid } from '../../support/case-values';
import { deformImage, errorVoxels } from '../../support/known-truth';
import { graphOf, runGraph } from '../../support/run-graph';
import { runRegistration } from '../../support/small-registration';
import { lowerNode } from './lowering';

const grids: readonly (readonly [string, Grid])[] = [
  ['oblique, anisotropic', turnedGrid([17, 22, 9], [1.2, 0.8, 2.5], [3, -4, 5])],
  ['one slice', oneSliceGrid],
];
const full = grids[0]![1];

function modelOf(spacing: number, type = 'model.bspline'): ModelPart {
  let model: ModelPart | undefined;
  graphOf({}, (b) => {
    const definition = nodeRegistry.get(type) as NodeDefinition;
    ({ model } = lowerNode(b, definition, {}, { spacingMm: spacing }) as { model: ModelPart });
    return [b.builder.constant([0])];
  });
  return model as ModelPart;
}

const contextOf = (grid: Grid, level: number, levels: number) =>
  ({ level, levels, grid }) as LevelContext;

describe('control points', () => {
  it.each([3, 4.4, 7, 11, 40])('at %f mm reach one beyond what they span', (spacing) => {
    for (const [, grid] of grids) {
      const controls = controlGrid(grid, spacing);
      const toControl = voxelFromWorld(controls);
      const edge = (end: (n: number) => number): Vec3 =>
        applyMatrix(
          toControl,
          applyMatrix(grid.worldFromVoxel, grid.sizeVoxels.map(end) as unknown as Vec3),
        );
      const [low, high] = [edge(() => -0.5), edge((n) => n - 0.5)];
      for (const axis of [0, 1, 2] as const) {
        if (grid.sizeVoxels[axis] === 1) {
          expect(controls.sizeVoxels[axis]).toBe(1);
          continue;
        }
        expect(spacingMm(controls)[axis]).toBeCloseTo(spacing, 9);
        // Within the box a cubic B-spline reads from one before to two after.
        for (const [beyond, end] of [
          [low[axis] - 1, 'low'],
          [controls.sizeVoxels[axis] - 1 - high[axis] - 1, 'high'],
        ] as const) {
          expect(beyond, end).toBeGreaterThan(-1e-6);
          expect(beyond, end).toBeLessThan(1);
        }
      }
    }
  });
});

describe('model.bspline', () => {
  it.each(grids)('is the same spline at the next level, on a grid that is %s', (_, grid) => {
    const model = modelOf(3.3);
    const [before, after] = [
      contextOf(levelGrid(grid, 4), 0, 2),
      contextOf(levelGrid(grid, 2), 1, 2),
    ];
    const controls = controlGrid(before.grid, 6.6);
    const coefficients = randomField(controls, 3, 61, 5);
    const graph = graphOf({ coefficients }, (b, values) => {
      const own = [values.coefficients as ValueId];
      const refined = model.refine(b.builder, own, after);
      const type = b.builder.typeOf(refined[0]!);
      if (type.kind !== 'field') throw new Error('Coefficients are a field.');
      expect(spacingMm(type.grid)[0]).toBeCloseTo(3.3, 9);
      // The last level once more, on the full grid: nothing is left to refine.
      expect(model.refine(b.builder, refined, contextOf(grid, 1, 2))).toBe(refined);
      return [own, refined].map(
        ([one]) =>
          model.maps(b.builder, [one!], contextOf(grid, 0, 1)).moving.displacement as ValueId,
      );
    });
    const [coarse, fine] = runGraph(graph, { coefficients });
    coarse!.forEach((plane, k) => {
      plane.forEach((value, i) => {
        expect(Math.abs(value - fine![k]![i]!)).toBeLessThan(1e-9);
      });
    });
  });

  it('has gradients of one size at every level', () => {
    const scales = [0, 1].map((level) =>
      modelOf(2).lossScale?.(contextOf(levelGrid(full, [2, 1][level]!), level, 2)),
    );
    expect(scales[1]! / scales[0]!).toBeCloseTo(8, 9);
  });

  it('is weighed once: as coefficients where an energy takes them, else as what they make', () => {
    const controls = controlGrid(full, 5);
    const coefficients = randomField(controls, 3, 62);
    const graph = graphOf({ coefficients }, (b, values) => {
      const own = [values.coefficients as ValueId];
      const at = contextOf(full, 0, 1);
      const fields = modelOf(5).fields?.(b.builder, own, at) ?? [];
      const node = nodeRegistry.get('regularizer.bending') as NodeDefinition;
      const { objective } = lowerNode(b, node, {}) as { objective: ObjectivePart };
      if (objective.on !== 'field') throw new Error('An energy weighs a field.');
      expect(objective.roles[0]).toBe('coefficients');
      expect(fields.map(({ role }) => role).sort()).toEqual(['coefficients', 'displacement']);
      return fields.map((field) => objective.loss(b.builder, field, at));
    });
    const [ofVoxels, exact] = runGraph(graph, { coefficients }).map((planes) => planes[0]![0]!);
    // Differences from voxel to voxel are close to derivatives where voxels are small beside control points.
    expect(Math.abs(ofVoxels! / exact! - 1)).toBeLessThan(0.25);
  });

  it('gives a sheared grid no coefficients to weigh', () => {
    const m = full.worldFromVoxel.map((value, i) =>
      i % 4 === 1 ? value + 0.2 * full.worldFromVoxel[i - 1]! : value,
    ) as unknown as Grid['worldFromVoxel'];
    const sheared = { ...full, worldFromVoxel: m };
    graphOf({}, (b) => {
      const model = modelOf(5);
      const at = contextOf(sheared, 0, 1);
      const fields = model.fields?.(b.builder, model.start(b.builder, at), at) ?? [];
      expect(fields.map(({ role }) => role)).toEqual(['displacement']);
      return fields.map(({ value }) => value);
    });
  });
});

describe('model.bspline-velocity', () => {
  // A velocity A·x about the middle of the grid: the flow is exp(A), and a spline gives it exactly.
  const [turn, growth] = [0.3, 0.1];

  it('flows to where the exponential leads, and back', () => {
    const grid = turnedGrid([23, 21, 19], [1, 1.2, 1.1], [0, 0, 0]);
    const controls = controlGrid(grid, 4);
    const middle = centreMm(grid);
    const velocity = (x: number, y: number, z: number): Vec3 => {
      const at = applyMatrix(controls.worldFromVoxel, [x, y, z]);
      const [p, q] = [at[0] - middle[0], at[1] - middle[1]];
      return [growth * p - turn * q, turn * p + growth * q, 0];
    };
    const coefficients = fieldOf(
      controls,
      ...([0, 1, 2] as const).map((k) => (x: number, y: number, z: number) => velocity(x, y, z)[k]),
    );
    const graph = graphOf({ coefficients }, (b, values) => {
      const own = [values.coefficients as ValueId];
      const at = contextOf(grid, 0, 1);
      const model = modelOf(4, 'model.bspline-velocity');
      const there = model.maps(b.builder, own, at).moving.displacement as ValueId;
      const back = model.inverse?.(b.builder, own, at) as ValueId;
      return [there, b.builder.compose({ outer: back, inner: there })];
    });
    const [there, left] = runGraph(graph, { coefficients });
    const [c, s] = [Math.cos(turn), Math.sin(turn)].map((value) => value * Math.exp(growth));
    const [nx, ny] = grid.sizeVoxels;
    for (const [i, j, k] of [
      [11, 10, 9],
      [14, 8, 6],
      [7, 12, 11],
    ] as const) {
      const world = applyMatrix(grid.worldFromVoxel, [i, j, k]);
      const [p, q] = [world[0] - middle[0], world[1] - middle[1]];
      const wanted = [c! * p - s! * q - p, s! * p + c! * q - q, 0];
      const at = i + nx * (j + ny * k);
      // A first step of 1/64 is taken straight: |A|²/128 of the way is lost.
      wanted.forEach((value, axis) => {
        expect(Math.abs(there![axis]![at]! - value)).toBeLessThan(0.01);
        expect(Math.abs(left![axis]![at]!)).toBeLessThan(0.01);
      });
    }
  });

  it('is weighed as coefficients too, and by voxels as a velocity', () => {
    graphOf({}, (b) => {
      const at = contextOf(full, 0, 1);
      const model = modelOf(5, 'model.bspline-velocity');
      const fields = model.fields?.(b.builder, model.start(b.builder, at), at) ?? [];
      expect(fields.map(({ role }) => role)).toEqual(['velocity', 'coefficients']);
      return fields.map(({ value }) => value);
    });
  });
});

const identity = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0] as const;

/** A texture without edges, 0 to 1: there is no place where a motion is not seen. */
function texture(grid: Grid): ImageVolume {
  const wave = (x: number, y: number, z: number): number =>
    0.5 + 0.17 * (Math.sin(0.7 * x) + Math.sin(0.6 * y + 0.2 * x) + Math.cos(0.65 * z - 0.3 * y));
  const values = Float32Array.from(fieldOf(grid, wave).planes[0]!);
  return { kind: 'image', grid, values, storedType: 'float32' };
}

/** A texture within a larger one, moved by a spline of random coefficients on control points that the model has. */
function splinePair(sizeVoxels: Vec3, spacing: number, amplitudeMm: number) {
  const margin = sizeVoxels.map((n) => (n === 1 ? 0 : 4)) as unknown as Vec3;
  const around = sizeVoxels.map((n, axis) => n + 2 * margin[axis]!) as unknown as Vec3;
  const moving = texture(turnedGrid(around, [1.2, 1, 1.5], [3, -4, 5]));
  const grid = turnedGrid(
    sizeVoxels,
    [1.2, 1, 1.5],
    applyMatrix(moving.grid.worldFromVoxel, margin),
  );
  const coefficients = randomField(controlGrid(grid, spacing), 3, 63, amplitudeMm);
  // Across a slice no motion is seen.
  if (sizeVoxels[2] === 1) coefficients.planes[2]?.fill(0);
  const graph = graphOf({ coefficients }, (b, values) => [
    b.builder.splineField({ coefficients: values.coefficients as ValueId }, gridAttributes(grid)),
  ]);
  const displacement = runGraph(graph, { coefficients })[0]!.map((plane) =>
    Float32Array.from(plane),
  ) as unknown as DisplacementField['componentsMm'];
  const truth = { affine: identity, displacement };
  return { moving, truth, fixed: deformImage(moving, grid, truth) };
}

describe('a known spline', { timeout: 60_000 }, () => {
  it.each([
    [
      'model.bspline',
      'optimizer.adam-normalized',
      [20, 22, 18],
      0.3,
      { stepVoxels: 0.2, finalFraction: 0.05 },
    ],
    ['model.bspline', 'optimizer.line-search', [40, 36, 1], 0.3, {}],
    ['model.bspline', 'optimizer.lbfgs', [40, 36, 1], 0.25, {}],
    ['model.bspline-velocity', 'optimizer.conjugate-gradient', [40, 36, 1], 0.3, {}],
  ] as const)('is recovered by %s and %s on %j voxels', async (...told) => {
    const [model, optimizer, size, isLeft, parameters] = told;
    const pair = splinePair(size, 6, 2.5);
    const { results } = await runRegistration(createCpuDevice({ threads: 1 }), {
      ...pair,
      model,
      modelParameters: { spacingMm: 6 },
      optimizer,
      parameters,
      shrink: [2, 1],
      iterations: [10, 40],
    });
    const displacement = results.displacement as unknown as DisplacementField['componentsMm'];
    const before = errorVoxels(pair.fixed, pair.truth, { affine: identity });
    const after = errorVoxels(pair.fixed, pair.truth, { affine: identity, displacement });
    expect(before).toBeGreaterThan(0.5);
    expect(after / before).toBeLessThan(isLeft);
  });
});
