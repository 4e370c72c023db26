import type { Scalar, Sequential, Tensor, Tensor4D } from '@tensorflow/tfjs';
import { type Grid, spacingMm, voxelCount } from '../../src/imaging/grid';
import { headPhantomPair } from '../../src/imaging/phantoms/head';
import { levelContext } from '../../src/nodes/registration/pyramid';
import { diffusion } from '../../src/nodes/regularizer/diffusion';
import { lncc } from '../../src/nodes/similarity/lncc';
import type { Builder } from '../../src/runtime/api/nodes/builder';
import type { LoweringContext } from '../../src/runtime/api/nodes/define-node';
import type { ObjectivePart } from '../../src/runtime/api/nodes/port-values';
import type { GraphBuilder } from '../../src/runtime/compile/graph-builder';
import type { Device } from '../../src/runtime/devices';
import type { ValueId } from '../../src/runtime/ir/values';
import {
  type CompiledObjective,
  compileObjective,
} from '../../src/runtime/networks/compile-objective';
import { type ObjectiveOp, objectiveAsTensorOp } from '../../src/runtime/networks/tensor-op';
import type { TensorFlow } from '../../src/runtime/networks/tensorflow';
import { quietRun } from './run-gpu';

/** Two images with values in [0, 1], each on its grid, voxels with x fastest. */
export interface ImagePair {
  readonly fixed: Float32Array;
  readonly moving: Float32Array;
  readonly fixedGrid: Grid;
  readonly movingGrid: Grid;
}

/** Two heads of 32 × 40 voxels. */
export function slicePair(): ImagePair {
  const { fixed, moving } = headPhantomPair({
    dimensions: 2,
    sizeVoxels: [32, 40, 1],
    seed: 7,
    contrast: 't1',
  });
  return {
    fixed: normalized(fixed.image.values),
    moving: normalized(moving.image.values),
    fixedGrid: fixed.image.grid,
    movingGrid: moving.image.grid,
  };
}

function normalized(values: Float32Array): Float32Array {
  const largest = values.reduce((a, b) => Math.max(a, b), 0);
  return values.map((value) => value / largest);
}

/** An objective as it is wired: the id of its node, and what the node's `lower` gives. */
export interface WiredObjective {
  readonly nodeId: string;
  lower(b: Builder): ObjectivePart;
}

/** The nodes that a person would wire: LNCC and diffusion, as their own files lower them. */
export function wiredObjectives(weights = { lncc: 1, diffusion: 0.05 }): readonly WiredObjective[] {
  return [
    {
      nodeId: 'lncc',
      lower: (b) =>
        lncc.lower(
          b,
          { fixed: undefined, moving: undefined },
          lncc.params.parse({ radiusVoxels: 3, weight: weights.lncc }),
          named('lncc'),
        ).objective,
    },
    {
      nodeId: 'diffusion',
      lower: (b) =>
        diffusion.lower(
          b,
          { mask: undefined, weightMap: undefined },
          diffusion.params.parse({ weight: weights.diffusion }),
          named('diffusion'),
        ).objective,
    },
  ];
}

function named(nodeId: string): LoweringContext {
  const unused = (): never => {
    throw new Error('Objectives load nothing and refuse nothing.');
  };
  return { nodeId, source: undefined, input: unused, refuse: unused };
}

export function compileFor(
  { fixedGrid, movingGrid }: Pick<ImagePair, 'fixedGrid' | 'movingGrid'>,
  objectives = wiredObjectives(),
  { hasLocalWeight = false } = {},
): CompiledObjective {
  const { fixed: _, ...level } = levelContext(
    fixedGrid,
    { level: 0, levels: 1 },
    { image: 0 as ValueId, grid: fixedGrid },
  );
  const lowered = (graph: GraphBuilder) =>
    objectives.map(({ nodeId, lower }) => {
      // Dials belong to the node, as in a recipe.
      graph.origin = nodeId;
      return lower(graph.builder);
    });
  return compileObjective(
    { objectives: lowered, level, movingGrid, hasLocalWeight },
    { verify: true },
  );
}

/** Loss and gradient of one evaluation. */
export interface Evaluated {
  readonly loss: number;
  /** As the displacement was given: planes, or channels last. */
  readonly gradient: Float32Array;
}

/** Runs a compiled objective as any plan is run, without TensorFlow.js: three planes in and out. */
export async function evaluatePlan(
  device: Device,
  objective: CompiledObjective,
  { fixed, moving }: ImagePair,
  planes: Float32Array,
): Promise<Evaluated> {
  const voxels = voxelCount(objective.fixedGrid);
  const execution = await device.prepare(objective.plan);
  try {
    execution.write(objective.fixed, fixed);
    execution.write(objective.moving, moving);
    objective.displacement.forEach((buffer, axis) => {
      execution.write(buffer, planes.slice(axis * voxels, (axis + 1) * voxels));
    });
    await execution.run(quietRun());
    const gradient = new Float32Array(3 * voxels);
    for (const [axis, buffer] of objective.gradient.entries()) {
      gradient.set(await execution.read(buffer), axis * voxels);
    }
    const [loss] = await execution.read(objective.loss);
    return { loss: loss as number, gradient };
  } finally {
    execution.destroy();
  }
}

/** The same through the tensor op: displacement and gradient with channels last. */
export async function evaluateOp(
  tf: TensorFlow,
  op: ObjectiveOp,
  displacement: Tensor,
): Promise<Evaluated> {
  const { value, grad } = tf.valueAndGrad((field: Tensor) => op.loss(field))(displacement);
  const [loss] = await value.data();
  const gradient = (await grad.data()) as Float32Array;
  tf.dispose([value, grad]);
  return { loss: loss as number, gradient: gradient.slice() };
}

/** A smooth displacement of up to `amplitudeMm` as a network gives it, channels last. */
export function smoothDisplacement(tf: TensorFlow, grid: Grid, amplitudeMm: number): Tensor {
  const [nx, ny, nz] = grid.sizeVoxels;
  const channels = nz === 1 ? 2 : 3;
  const values = Float32Array.from({ length: nx * ny * nz * channels }, (_, i) => {
    const [x, y] = [Math.floor(i / channels) % nx, Math.floor(i / channels / nx) % ny];
    const z = Math.floor(i / channels / nx / ny);
    return amplitudeMm * Math.sin(0.3 + 0.7 * x + 0.4 * y + 0.9 * z + 2 * (i % channels));
  });
  return tf.tensor(values, nz === 1 ? [ny, nx, channels] : [nz, ny, nx, channels]);
}

/** Channels-last vectors along the grid's axes as planes along the world's: plain loops. */
export function toWorldPlanes(grid: Grid, vectors: Float32Array): Float32Array {
  const voxels = voxelCount(grid);
  const channels = vectors.length / voxels;
  const planes = new Float32Array(3 * voxels);
  for (let voxel = 0; voxel < voxels; voxel += 1)
    for (let row = 0; row < 3; row += 1)
      for (let axis = 0; axis < channels; axis += 1)
        planes[row * voxels + voxel]! +=
          direction(grid, row, axis) * vectors[voxel * channels + axis]!;
  return planes;
}

/** A gradient in world planes as a gradient in channels-last vectors along the grid's axes. */
export function toNetworkGradient(grid: Grid, planes: Float32Array): Float32Array {
  const voxels = voxelCount(grid);
  const channels = grid.sizeVoxels[2] === 1 ? 2 : 3;
  return Float32Array.from({ length: channels * voxels }, (_, i) => {
    const [voxel, axis] = [Math.floor(i / channels), i % channels];
    return [0, 1, 2].reduce(
      (sum, row) => sum + direction(grid, row, axis) * planes[row * voxels + voxel]!,
      0,
    );
  });
}

function direction(grid: Grid, row: number, axis: number): number {
  return grid.worldFromVoxel[4 * row + axis]! / spacingMm(grid)[axis]!;
}

/** The largest difference of two lists, as a fraction of the largest number in the second. */
export function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, scale] = [a.length === b.length ? 0 : Number.POSITIVE_INFINITY, 0];
  for (let i = 0; i < b.length; i += 1) {
    difference = Math.max(difference, Math.abs(a[i]! - b[i]!));
    scale = Math.max(scale, Math.abs(b[i]!));
  }
  return difference / scale;
}

/** A network in training. */
export interface Training {
  /** One step of Adam; the loss before it, still on the device. */
  step(): Scalar;
  destroy(): void;
}

/** Two seeded convolutions that predict a displacement (mm) of a slice from both images. */
export async function startTraining(
  tf: TensorFlow,
  device: Device,
  pair: ImagePair,
): Promise<Training> {
  const op = await objectiveAsTensorOp(tf, compileFor(pair), device);
  op.setImages(pair.fixed, pair.moving);
  const [nx, ny] = pair.fixedGrid.sizeVoxels;
  const images: Tensor4D = tf.tidy(() =>
    tf
      .stack([tf.tensor2d(pair.fixed, [ny, nx]), tf.tensor2d(pair.moving, [ny, nx])], -1)
      .expandDims(0),
  );
  const network = twoConvolutions(tf, [ny, nx]);
  const optimizer = tf.train.adam(0.02);
  return {
    step() {
      const loss = optimizer.minimize(() => op.loss(network.apply(images) as Tensor4D), true);
      if (!loss) throw new Error('minimize was asked for the loss.');
      return loss;
    },
    destroy() {
      optimizer.dispose();
      network.dispose();
      images.dispose();
      op.destroy();
    },
  };
}

function twoConvolutions(tf: TensorFlow, [ny, nx]: readonly [number, number]): Sequential {
  const seeded = (seed: number) => tf.initializers.glorotUniform({ seed });
  return tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [ny, nx, 2],
        filters: 4,
        kernelSize: 3,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: seeded(1),
      }),
      tf.layers.conv2d({
        filters: 2,
        kernelSize: 3,
        padding: 'same',
        kernelInitializer: seeded(2),
      }),
    ],
  });
}

/** The losses of twenty steps, read after each. */
export async function twentyLosses(training: Training): Promise<readonly number[]> {
  const losses: number[] = [];
  for (let step = 0; step < 20; step += 1) {
    const loss = training.step();
    losses.push((await loss.data())[0] as number);
    loss.dispose();
  }
  return losses;
}
