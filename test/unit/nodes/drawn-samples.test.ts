import { expect, test } from 'vitest';
import { applyMatrix } from '../../../src/imaging/frames';
import { axisAlignedGrid, voxelCount } from '../../../src/imaging/grid';
import { controlGrid } from '../../../src/nodes/registration/control-grid';
import { compareAtDrawnPoints, latticeOf } from '../../../src/nodes/registration/drawn-samples';
import { reasonToRefuse } from '../../../src/nodes/registration/registration-refusals';
import { differentiate } from '../../../src/runtime/compile/differentiate';
import { gridAttributes } from '../../../src/runtime/ops/grid-attributes';
import {
  fieldOf,
  randomField,
  randomNumbers,
  scalars,
  turnedGrid,
} from '../../support/case-values';
import { type CaseInputs, graphOf, runGraph } from '../../support/run-graph';
import { runStage } from '../../support/run-stage';

test('a lattice fills its grid with equal cells, and no axis of one voxel is cut', () => {
  const grid = turnedGrid([60, 47, 31], [1.2, 0.8, 2.5], [3, -4, 5]);
  const lattice = latticeOf(grid, 0.1);
  const share = voxelCount(lattice) / voxelCount(grid);
  expect(share).toBeGreaterThan(0.08);
  expect(share).toBeLessThan(0.12);
  // Half a cell before the first middle, and behind the last one, the voxels begin and end.
  for (const [cell, voxel] of [
    [
      [-0.5, -0.5, -0.5],
      [-0.5, -0.5, -0.5],
    ],
    [lattice.sizeVoxels.map((n) => n - 0.5), [59.5, 46.5, 30.5]],
  ] as const) {
    const [a, b] = [
      applyMatrix(lattice.worldFromVoxel, cell as never),
      applyMatrix(grid.worldFromVoxel, voxel as never),
    ];
    expect(Math.hypot(...a.map((mm, axis) => mm - b[axis]!))).toBeLessThan(1e-9);
  }
  expect(latticeOf(axisAlignedGrid([200, 200, 1], [1, 1, 3]), 0.25).sizeVoxels).toEqual([
    100, 100, 1,
  ]);
  // Small levels are looked at whole.
  expect(latticeOf(axisAlignedGrid([20, 10, 8], [1, 1, 1]), 0.01).sizeVoxels).toEqual([20, 10, 8]);
});

const grid = turnedGrid([15, 14, 13], [1.2, 0.9, 2], [0, 0, 0]);
const maps = { affine: scalars(1.02, 0.03, 0, 0.4, -0.02, 0.98, 0.01, -0.3, 0, 0.02, 1, 0.2) };
const wave = (shift: number) =>
  fieldOf(
    grid,
    (x, y, z) => Math.sin(0.5 * x + shift) * Math.cos(0.4 * y) + 0.3 * Math.sin(0.6 * z),
  );

/** Mean product of both images at the points that an iteration draws, and its gradients. */
function drawn(inputs: CaseInputs, iteration: number) {
  const graph = differentiate(
    graphOf(inputs, ({ builder: b }, values) => {
      const { channels } = compareAtDrawnPoints(
        b,
        {
          of: '',
          fixed: { image: values.fixed!, grid },
          moving: { image: values.moving!, grid },
        },
        { moving: { affine: values.affine!, displacement: values.field! } },
        { grid, level: 1 },
        { fraction: 0.25, seed: 3 },
        b.constant([iteration]),
      );
      const { fixed, warped } = channels[0];
      const loss = b.pointwiseMean(
        { a: fixed, b: warped },
        { terms: [['*', 'a', ['*', 'b', 'b']]] },
      );
      return [loss, ...b.gradient(loss, [values.affine!, values.field!])];
    }),
  );
  const [loss, ...gradients] = runGraph(graph, inputs);
  return { loss: loss![0]![0]!, gradients };
}

const inputs: CaseInputs = {
  fixed: wave(0),
  moving: wave(0.5),
  ...maps,
  field: randomField(grid, 3, 3, 0.2),
};

test('another iteration draws other points, the same one the same', () => {
  const losses = [0, 1, 2, 0].map((iteration) => drawn(inputs, iteration).loss);
  expect(losses[3]).toBe(losses[0]);
  expect(new Set(losses).size).toBe(3);
  for (const loss of losses) expect(Math.abs(loss - losses[0]!)).toBeLessThan(0.02);
});

test('gradients flow to what moves the points', () => {
  const { gradients } = drawn(inputs, 4);
  for (const [index, name] of (['affine', 'field'] as const).entries()) {
    const { type, planes } = inputs[name]!;
    const along = planes.map((plane, k) => randomNumbers(plane.length, 5 + k));
    const at = (step: number) =>
      drawn(
        {
          ...inputs,
          [name]: { type, planes: planes.map((p, k) => p.map((v, i) => v + step * along[k]![i]!)) },
        },
        4,
      ).loss;
    const measured = (at(1e-6) - at(-1e-6)) / 2e-6;
    const predicted = gradients[index]!.reduce(
      (sum, plane, k) => sum + plane.reduce((s, v, i) => s + v * along[k]![i]!, 0),
      0,
    );
    expect(Math.abs(predicted)).toBeGreaterThan(1e-5);
    expect(measured / predicted).toBeCloseTo(1, 4);
  }
});

test('a spline is read at the points alone, and leads where its field on the grid leads', () => {
  const controls = controlGrid(grid, 9);
  const coefficients = randomField(controls, 3, 11, 1.5);
  const smooth = { fixed: wave(0), moving: wave(0.5), affine: maps.affine, coefficients };
  const graph = graphOf(smooth, ({ builder: b }, values) => {
    const compared = (isOwn: boolean) => {
      const [spline, affine] = [values.coefficients!, values.affine!];
      const displacement = b.splineField({ coefficients: spline }, gridAttributes(grid));
      return compareAtDrawnPoints(
        b,
        {
          of: '',
          fixed: { image: values.fixed!, grid },
          moving: { image: values.moving!, grid },
        },
        { moving: { affine, displacement } },
        { grid, level: 0 },
        { fraction: 0.25, seed: 3 },
        b.constant([2]),
        isOwn
          ? {
              displacementAt: (points) =>
                b.splineField(
                  { coefficients: spline, shift: points.shiftVoxels },
                  gridAttributes(points.grid),
                ),
              join: (joined) => ({ affine, displacement: joined }),
            }
          : undefined,
      ).channels[0].warped;
    };
    return [compared(true), compared(false)];
  });
  const [[own], [onGrid]] = runGraph(graph, smooth) as [Float64Array[], Float64Array[]];
  const apart = own!.map((value, i) => Math.abs(value - onGrid![i]!));
  // What the grid's field is between its voxels is linear.
  expect(apart.reduce((sum, value) => sum + value, 0) / apart.length).toBeLessThan(0.01);
  expect(Math.max(...own!) - Math.min(...own!)).toBeGreaterThan(1);
});

test('an eighth of the voxels finds a shift between unlike contrasts', async () => {
  const volume = axisAlignedGrid([30, 28, 22], [2, 2, 2]);
  const tissue = (x: number, y: number, z: number) =>
    Math.exp(-((x - 14) ** 2 + (y - 13) ** 2 + 1.4 * (z - 10) ** 2) / 60) -
    0.4 * Math.exp(-((x - 18) ** 2 + (y - 10) ** 2 + (z - 12) ** 2) / 14);
  const { affine } = await runStage({
    images: {
      fixed: { grid: volume, image: fieldOf(volume, tissue) },
      moving: {
        grid: volume,
        image: fieldOf(volume, (x, y, z) => Math.sin(3.4 * tissue(x - 1.5, y + 1, z - 1))),
      },
    },
    similarity: 'similarity.mutual-information',
    similarityParams: { bins: 16, sampledShare: 0.12 },
    iterations: [40],
  });
  const middle = applyMatrix(affine as never, [29, 27, 21]);
  const errorMm = Math.hypot(middle[0] - 32, middle[1] - 25, middle[2] - 23);
  expect(errorMm).toBeLessThan(0.4);
});

test('an optimizer that takes steps back is refused beside it', () => {
  const image = { kind: 'image', grid, channels: 1, image: 0 };
  const wired = (takesBack: boolean) =>
    reasonToRefuse({
      fixed: image,
      moving: image,
      initial: undefined,
      model: {},
      objectives: [{ on: 'images', name: 'mi', sampling: { fraction: 0.1, seed: 1 } }],
      optimizer: { takesBack },
    } as never);
  expect(wired(true)).toMatchObject({ port: 'optimizer' });
  expect(wired(false)).toBeUndefined();
});
