import type { Tensor } from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Grid, voxelCount } from '../../../../src/imaging/grid';
import { verifyPlan } from '../../../../src/runtime/compile/verify';
import { createCpuDevice } from '../../../../src/runtime/cpu/device';
import { type ObjectiveOp, objectiveAsTensorOp } from '../../../../src/runtime/networks/tensor-op';
import { openTensorFlow, type TensorFlow } from '../../../../src/runtime/networks/tensorflow';
import { turnedGrid } from '../../../support/case-values';
import {
  compileFor,
  evaluateOp,
  evaluatePlan,
  type ImagePair,
  relativeDifference,
  smoothDisplacement,
  toNetworkGradient,
  toWorldPlanes,
  wiredObjectives,
} from '../../../support/network';

const device = createCpuDevice({ threads: 1 });

/** Smooth patterns; no sample falls on a voxel's centre, where linear interpolation has a kink. */
function patternPair(fixedGrid: Grid, movingGrid: Grid): ImagePair {
  const pattern = (grid: Grid, shift: number) =>
    Float32Array.from({ length: voxelCount(grid) }, (_, i) => {
      const [nx, ny] = grid.sizeVoxels;
      const [x, y, z] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / nx / ny)];
      return 0.5 + 0.4 * Math.sin(0.8 * x + shift) * Math.cos(0.6 * y + 0.5 * z + shift);
    });
  return {
    fixed: pattern(fixedGrid, 0),
    moving: pattern(movingGrid, 0.5),
    fixedGrid,
    movingGrid,
  };
}

/**
 * A grid of the same voxels with as many more on every side: no point leads out of it, where a weight
 * falls off through which no gradient flows.
 */
function widened(grid: Grid, by: number): Grid {
  const [nx, ny, nz] = grid.sizeVoxels;
  const m = grid.worldFromVoxel;
  const depth = nz === 1 ? 0 : by;
  const worldFromVoxel = m.map((v, i) =>
    i % 4 === 3 ? v - by * m[i - 3]! - by * m[i - 2]! - depth * m[i - 1]! : v,
  ) as unknown as Grid['worldFromVoxel'];
  return { sizeVoxels: [nx + 2 * by, ny + 2 * by, nz + 2 * depth], worldFromVoxel };
}

const volumes = patternPair(
  turnedGrid([7, 6, 5], [1.2, 0.8, 2.5], [3, -4, 5]),
  widened(turnedGrid([8, 7, 6], [1.1, 0.9, 2.2], [2.6, -4.3, 4.5]), 2),
);
const slices = patternPair(
  turnedGrid([9, 7, 1], [1.1, 0.7, 3], [-2, 1, 4]),
  widened(turnedGrid([10, 8, 1], [1.1, 0.7, 3], [-2, 1, 4]), 3),
);

let tf: TensorFlow;
let op: ObjectiveOp;

async function open(pair: ImagePair): Promise<void> {
  op = await objectiveAsTensorOp(tf, compileFor(pair), device);
  op.setImages(pair.fixed, pair.moving);
}

beforeEach(async () => {
  tf = await openTensorFlow(device);
});

afterEach(() => {
  op?.destroy();
});

describe.each([
  ['a volume', volumes],
  ['a slice', slices],
])('on %s, turned and anisotropic', (_, pair) => {
  it('gives the value and the gradient of the plan itself', async () => {
    await open(pair);
    const displacement = smoothDisplacement(tf, pair.fixedGrid, 0.6);
    const byOp = await evaluateOp(tf, op, displacement);
    const alone = await evaluatePlan(
      device,
      compileFor(pair),
      pair,
      toWorldPlanes(pair.fixedGrid, displacement.dataSync<'float32'>()),
    );

    // One float32 rounding lies between them: the turn into world axes.
    expect(byOp.loss).toBeCloseTo(alone.loss, 6);
    const expected = toNetworkGradient(pair.fixedGrid, alone.gradient);
    expect(relativeDifference(byOp.gradient, expected)).toBeLessThan(1e-4);
  });

  it('has the slope that its gradient says, in the directions a network predicts', async () => {
    await open(pair);
    const displacement = smoothDisplacement(tf, pair.fixedGrid, 0.6);
    const towards = smoothDisplacement(tf, pair.fixedGrid, 1).square();
    const { gradient } = await evaluateOp(tf, op, displacement);
    const slope = towards
      .dataSync<'float32'>()
      .reduce((sum, value, index) => sum + value * (gradient[index] as number), 0);

    const at = (step: number) =>
      op.loss(displacement.add(towards.mul(step))).dataSync()[0] as number;
    // A smaller step would measure the rounding of float32.
    const measured = (at(0.002) - at(-0.002)) / 0.004;
    expect(Math.abs(measured / slope - 1)).toBeLessThan(1e-3);
  });
});

describe('a compiled objective', () => {
  it('is a plan without loops that passes verification', () => {
    const { plan } = compileFor(slices);
    expect(() => verifyPlan(plan)).not.toThrow();
    expect(plan.steps.map((step) => step.kind)).not.toContain('loop');
  });

  it('needs an objective', () => {
    expect(() => compileFor(slices, [])).toThrow('no objective is wired');
  });

  it('adds objectives up by their weights, which can be turned', async () => {
    const displacement = smoothDisplacement(tf, slices.fixedGrid, 0.6);
    const lossOf = async (weights: { lncc: number; diffusion: number }) => {
      const single = await objectiveAsTensorOp(
        tf,
        compileFor(slices, wiredObjectives(weights)),
        device,
      );
      single.setImages(slices.fixed, slices.moving);
      const [loss] = single.loss(displacement).dataSync();
      single.destroy();
      return loss as number;
    };
    const similarity = await lossOf({ lncc: 1, diffusion: 0 });
    const roughness = await lossOf({ lncc: 0, diffusion: 1 });
    expect(await lossOf({ lncc: 2, diffusion: 0.5 })).toBeCloseTo(
      2 * similarity + 0.5 * roughness,
      5,
    );

    await open(slices);
    op.turn('lncc', 'weight', 2);
    op.turn('diffusion', 'weight', 0.5);
    expect(op.loss(displacement).dataSync()[0]).toBeCloseTo(2 * similarity + 0.5 * roughness, 5);
    expect(() => op.turn('lncc', 'radiusVoxels', 3)).toThrow('lncc.radiusVoxels');
  });
});

describe('the op', () => {
  it('passes the gradient on by the chain rule', async () => {
    await open(slices);
    const displacement = smoothDisplacement(tf, slices.fixedGrid, 0.6);
    const { gradient } = await evaluateOp(tf, op, displacement);
    const chained = tf.grad((field: Tensor) => op.loss(field.mul(2)).mul(3))(displacement.div(2));
    expect(
      relativeDifference(
        chained.dataSync(),
        gradient.map((value) => 6 * value),
      ),
    ).toBeLessThan(1e-5);
  });

  it('keeps the gradient of an evaluation when another follows before it is asked for', async () => {
    await open(slices);
    const [a, b] = [0.6, -0.3].map((mm) => smoothDisplacement(tf, slices.fixedGrid, mm)) as [
      Tensor,
      Tensor,
    ];
    const alone = await evaluateOp(tf, op, a);
    const [ofA] = tf.grads((x: Tensor, y: Tensor) => op.loss(x).add(op.loss(y)))([a, b]);
    expect(ofA?.dataSync()).toEqual(alone.gradient);
  });

  it('gives the same for the same, as often as it is asked', async () => {
    await open(slices);
    const displacement = smoothDisplacement(tf, slices.fixedGrid, 0.6);
    const first = await evaluateOp(tf, op, displacement);
    await evaluateOp(tf, op, displacement.mul(0.5));
    expect(await evaluateOp(tf, op, displacement)).toEqual(first);
  });

  it('refuses a displacement or images that do not fit the grid', async () => {
    await open(slices);
    expect(() => op.loss(tf.zeros([9, 7, 2]))).toThrow('[9,7,2], its grid asks for [7,9,2]');
    expect(() => op.loss(tf.zeros([7, 9, 3]))).toThrow(RangeError);
    expect(() => op.loss(tf.zeros([2, 7, 9, 2]))).toThrow(RangeError);
    expect(() => op.setImages(new Float32Array(62), slices.moving)).toThrow('62 voxels');
    expect(op.loss(tf.zeros([1, 7, 9, 2])).shape).toEqual([]);
  });
});
