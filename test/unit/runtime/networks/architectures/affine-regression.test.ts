import type { Tensor, Variable } from '@tensorflow/tfjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { applyMatrix, type Matrix3x4, type Vec3 } from '../../../../../src/imaging/frames';
import { axisAlignedGrid, type Grid, spacingMm } from '../../../../../src/imaging/grid';
import { uniformStream } from '../../../../../src/imaging/phantoms/random';
import { createCpuDevice } from '../../../../../src/runtime/cpu/device';
import { affineRegression } from '../../../../../src/runtime/networks/architectures/affine-regression';
import { createFieldOps, type FieldOps } from '../../../../../src/runtime/networks/field-ops';
import {
  freeParameters,
  motionOfParameters,
  worldMotion,
} from '../../../../../src/runtime/networks/motion-of-parameters';
import {
  type NetworkOnDevice,
  networkOnDevice,
} from '../../../../../src/runtime/networks/network-on-device';
import { objectiveAsTensorOp } from '../../../../../src/runtime/networks/tensor-op';
import { openTensorFlow, type TensorFlow } from '../../../../../src/runtime/networks/tensorflow';
import { countParameters, expectArchitecture } from '../../../../support/architecture';
import { turnedGrid } from '../../../../support/case-values';
import { compileFor, widened, wiredObjectives } from '../../../../support/network';

const device = createCpuDevice({ threads: 1 });
let tf: TensorFlow;
let fields: FieldOps;
beforeAll(async () => {
  tf = await openTensorFlow(device);
  fields = createFieldOps(tf, device, { verify: true });
});
afterAll(() => fields.destroy());

/** Voxels of the moving image beyond the fixed one. */
const margin = 8;

const small = { encoder: [3, 4], dense: [5] };
const slice = turnedGrid([20, 17, 1], [1.1, 0.7, 3], [-2, 1, 4]);
const volume = turnedGrid([10, 9, 8], [1.2, 0.8, 2.5], [3, -4, 5]);

const shapes = [
  ['slices, rigid', [16, 13], 'rigid'],
  ['slices, affine', [16, 12], 'affine'],
  ['volumes, rigid', [8, 7, 5], 'rigid'],
  ['volumes, affine', [8, 8, 8], 'affine'],
] as const;

it.each(shapes)('keeps what an architecture promises: %s', (_, sizeVoxels, predicts) => {
  const tried = { architecture: affineRegression, settings: { ...small, predicts }, sizeVoxels };
  // Sizes need no common factor, so that only what is no size is refused.
  expectArchitecture(tf, tried);
});

it('has its number of parameters', () => {
  // By hand: kernels and biases of the convolutions, of four moments of 64 channels to 64, of 64 to 12.
  const convolutions = [2, 16, 32, 64, 64, 64];
  const encoder = convolutions.slice(1).reduce((sum, out, i) => {
    return sum + (27 * convolutions[i]! + 1) * out;
  }, 0);
  const sizeVoxels = [32, 32, 32];
  expect(countParameters(tf, { architecture: affineRegression, settings: {}, sizeVoxels })).toBe(
    encoder + (4 * 64 + 1) * 64 + 65 * 12,
  );
});

/** Every voxel's place, x first. */
function voxels({ sizeVoxels: [nx, ny, nz] }: Grid): readonly Vec3[] {
  return Array.from({ length: nx * ny * nz }, (_, i) => [
    i % nx,
    Math.floor(i / nx) % ny,
    Math.floor(i / nx / ny),
  ]);
}

describe.each([
  ['slice', slice],
  ['volume', volume],
  ['slice across x', turnedGrid([1, 9, 8], [3, 1.1, 0.7], [1, 2, 3])],
] as const)('the motion of a %s', (_, grid) => {
  it.each(['rigid', 'affine'] as const)('is the %s map in the world', (freedom) => {
    const motion = motionOfParameters(tf, fields, grid, freedom);
    const axes = [0, 1, 2].filter((axis) => grid.sizeVoxels[axis] !== 1);
    const count = freeParameters(freedom, axes.length).length;
    const parameters = tf.tensor2d([
      Array.from({ length: count }, (_, i) => 0.2 * Math.cos(3 * i)),
    ]);
    const matrix = motion.matrix(parameters);
    const moved = motion.displacement(matrix).dataSync();
    const world = worldMotion(grid, [...matrix.dataSync()] as unknown as Matrix3x4);
    let furthest = 0;
    for (const [i, voxel] of voxels(grid).entries()) {
      const to = voxel.map((at, axis) => {
        const channel = axes.indexOf(axis);
        return channel < 0 ? at : at + moved[i * axes.length + channel]!;
      }) as unknown as Vec3;
      const found = applyMatrix(world, applyMatrix(grid.worldFromVoxel, voxel));
      for (const [row, mm] of applyMatrix(grid.worldFromVoxel, to).entries()) {
        expect(found[row]).toBeCloseTo(mm, 4);
      }
      furthest = Math.max(furthest, ...to.map((at, axis) => Math.abs(at - voxel[axis]!)));
    }
    expect(furthest).toBeGreaterThan(1);
    // A rigid map keeps all lengths, though voxels are not as long as they are wide.
    const columns = [0, 1, 2].map((c) => Math.hypot(...[c, 4 + c, 8 + c].map((at) => world[at]!)));
    const stretch = Math.max(...columns.map((length) => Math.abs(length - 1)));
    if (freedom === 'rigid') expect(stretch).toBeLessThan(1e-5);
    else expect(stretch).toBeGreaterThan(0.01);
    motion.dispose();
  });
});

it('turns, shifts and scales by angles, half extents and logarithms', () => {
  const grid = axisAlignedGrid([9, 5, 1], [2, 4, 1], [0, 0, 0]);
  const motion = motionOfParameters(tf, fields, grid, 'affine');
  // Half the extent is 10 mm, along y. A quarter turn, half of that along x, twice as wide along x.
  const parameters = tf.tensor2d([[Math.PI / 2, 0.5, 0, Math.log(2), 0, 0]]);
  const moved = motion.displacement(motion.matrix(parameters)).dataSync();
  const at = (x: number, y: number) => [0, 1].map((c) => moved[2 * (9 * y + x) + c]!);
  // From 2 mm right of the middle to 4 mm above it, and 5 mm right.
  expect(at(5, 2)[0]).toBeCloseTo((5 - 2) / 2, 4);
  expect(at(5, 2)[1]).toBeCloseTo(4 / 4, 4);
  motion.dispose();
});

describe.each([
  ['a slice', slice],
  ['a volume', volume],
] as const)('through its map and an objective, on %s', (_, grid) => {
  let network: NetworkOnDevice;
  afterEach(() => network.dispose());

  const build = (predicts: 'rigid' | 'affine') =>
    networkOnDevice(
      tf,
      fields,
      {
        kind: 'network',
        architecture: 'affine-regression',
        settings: { ...small, predicts },
        seed: 2,
      },
      grid,
    );
  const wide = widened(grid, margin);
  const image = (phase: number, on = grid) => {
    const more = on === grid ? 0 : margin;
    return Float32Array.from(voxels(on), ([x, y, z]) => {
      const along = 0.5 * (x - more) + phase;
      return 0.5 + 0.4 * Math.sin(along) * Math.cos(0.4 * (y - more) + 0.3 * z + phase);
    });
  };
  const pair = { fixed: image(0), moving: image(0.6) };

  it('begins at the identity', () => {
    network = build('affine');
    const displacement = network.displacement(pair, true);
    expect(Math.max(...displacement.abs().dataSync())).toBe(0);
    displacement.dispose();
  });

  it.each(['rigid', 'affine'] as const)('says the slope in all of its weights, %s', async (map) => {
    network = build(map);
    const random = uniformStream(5);
    const noise = (variable: Tensor, amplitude: number) =>
      tf.tensor(
        Array.from({ length: variable.size }, () => amplitude * (2 * random() - 1)),
        variable.shape,
      );
    const variables = network.trainable.map(({ variable }) => variable as Variable);
    for (const [index, variable] of variables.entries()) {
      // The last layer is 0. No point may leave the moving image: the weight of one that does has no gradient.
      const isLast = index >= variables.length - 2;
      tf.tidy(() => variable.assign(variable.add(noise(variable, isLast ? 0.03 : 0.1))));
    }
    const objective = await objectiveAsTensorOp(
      tf,
      compileFor({ fixedGrid: grid, movingGrid: wide }, wiredObjectives({ lncc: 1, diffusion: 0 })),
      device,
    );
    objective.setImages(pair.fixed, image(0.6, wide));
    const spacing = spacingMm(grid).filter((_, axis) => grid.sizeVoxels[axis] !== 1);
    const loss = () =>
      objective.loss(tf.mul(network.displacement(pair, true), tf.tensor1d(spacing)));
    const { grads } = tf.variableGrads(loss, variables);
    const lossNow = () => tf.tidy(() => loss().dataSync()[0] as number);
    for (let trial = 0; trial < 3; trial += 1) {
      const directions = variables.map((variable) => noise(variable, 1));
      const starts = variables.map((variable) => variable.clone());
      const said = directions.reduce(
        (sum, direction, i) =>
          sum + tf.tidy(() => tf.sum(tf.mul(direction, grads[variables[i]!.name]!)).dataSync()[0]!),
        0,
      );
      const at = (step: number) => {
        tf.tidy(() => {
          for (const [i, variable] of variables.entries()) {
            variable.assign(starts[i]!.add(directions[i]!.mul(step)));
          }
        });
        return lossNow();
      };
      // A small step is rounded, over a large one activations and interpolation have kinks.
      const errors = [3e-4, 1e-3, 3e-3].map((step) =>
        Math.abs((at(step) - at(-step)) / (2 * step) / said - 1),
      );
      at(0);
      expect(Math.abs(said)).toBeGreaterThan(1e-3);
      expect(Math.min(...errors), `${said}: ${errors}`).toBeLessThan(0.01);
      tf.dispose([...directions, ...starts]);
    }
    tf.dispose(grads);
    objective.destroy();
  });
});
