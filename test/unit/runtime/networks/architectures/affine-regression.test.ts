import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyMatrix, type Matrix3x4, type Vec3 } from '../../../../../src/imaging/frames';
import { axisAlignedGrid, type Grid, voxelCount } from '../../../../../src/imaging/grid';
import { uniformStream } from '../../../../../src/imaging/phantoms/random';
import { createCpuDevice } from '../../../../../src/runtime/cpu/device';
import { affineRegression } from '../../../../../src/runtime/networks/architectures/affine-regression';
import { createFieldOps, type FieldOps } from '../../../../../src/runtime/networks/field-ops';
import {
  freeParameters,
  motionOfParameters,
  worldMotion,
} from '../../../../../src/runtime/networks/motion-of-parameters';
import { networkOnDevice } from '../../../../../src/runtime/networks/network-on-device';
import { openTensorFlow, type TensorFlow } from '../../../../../src/runtime/networks/tensorflow';
import { countParameters, expectArchitecture } from '../../../../support/architecture';
import { turnedGrid } from '../../../../support/case-values';

const device = createCpuDevice({ threads: 1 });
let tf: TensorFlow;
let fields: FieldOps;
beforeAll(async () => {
  tf = await openTensorFlow(device);
  fields = createFieldOps(tf, device, { verify: true });
});
afterAll(() => fields.destroy());

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

it.each([
  ['a slice', slice],
  ['a volume', volume],
] as const)('begins at the identity on %s', (_, grid) => {
  const value = { kind: 'network', architecture: 'affine-regression', settings: small } as const;
  const network = networkOnDevice(tf, fields, { ...value, seed: 2 }, grid);
  const random = uniformStream(3);
  const image = () => Float32Array.from({ length: voxelCount(grid) }, random);
  const displacement = network.displacement({ fixed: image(), moving: image() }, true);
  expect(Math.max(...displacement.abs().dataSync())).toBe(0);
  displacement.dispose();
  network.dispose();
});
