import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import type { Grid } from '../../imaging/grid';
import { spacingMm, voxelCount } from '../../imaging/grid';
import type { Device } from '../devices';
import { InternalError } from '../internal-error';
import type { BufferId } from '../ir/kernel-graph';
import type { PlaneArray } from '../ir/values';
import type { CompiledObjective } from './compile-objective';
import { openObjectiveEvaluator } from './objective-evaluator';
import type { TensorFlow } from './tensorflow';

/** A compiled objective as one differentiable op of TensorFlow.js. */
export interface ObjectiveOp {
  /**
   * The weighted sum of the objectives; gradients pass through it.
   * @param displacement what a network predicts, channels last: [z, y, x, channel], with or without
   * a batch of one. Channels are mm along the fixed grid's own axes. Axes of a single voxel have
   * neither dimension nor channel: [y, x, 2] on a one-slice grid, where nothing leaves the slice.
   * @param localWeight of an objective whose regularizers are weighed by a map: that map, a number for each voxel, x fastest
   * @throws RangeError where the shape does not fit the grid
   */
  loss(displacement: Tensor, localWeight?: Tensor): Scalar;
  /** What the numbers of `terms` are: the loss, then each objective. */
  readonly names: readonly string[];
  /** The loss of the last evaluation, and each objective in it before its weight. The caller disposes of it. */
  terms(): Tensor1D;
  /**
   * Sets both images, voxels with x fastest; they stay until they are set again.
   * @throws RangeError where one does not fit its grid
   */
  setImages(fixed: Float32Array, moving: Float32Array): void;
  /**
   * Sets what else the objectives read, by the key of the input that they made: one plane a channel. It stays until it is
   * set again; what none of them reads is not kept.
   */
  setData(key: string, planes: readonly PlaneArray[]): void;
  /** Turns a parameter of a wired objective, such as `weight`, from the next evaluation on. */
  turn(nodeId: string, parameter: string, value: number): void;
  /** Frees the plan's memory; before the device and its TensorFlow.js are closed. */
  destroy(): void;
}

/**
 * Makes a compiled objective an op of `tf`, on the device that `tf` was opened with. Forward and
 * gradient are one run of the plan.
 * @throws DeviceFailure
 */
export async function objectiveAsTensorOp(
  tf: TensorFlow,
  objective: CompiledObjective,
  device: Device,
): Promise<ObjectiveOp> {
  const evaluator = await openObjectiveEvaluator(tf, objective, device);
  const { fixedGrid, movingGrid, plan } = objective;
  const axes = axesOf(fixedGrid);
  const worldFromAxes = tf.keep(tf.tensor2d(directions(fixedGrid, axes)));

  let lastTerms: Tensor1D | undefined;
  const planarLoss = tf.customGrad((...given) => {
    // TensorFlow.js hands over what was given, and behind it how to keep something for the gradient.
    const save = given.pop() as unknown as (tensors: Tensor[]) => void;
    const [planar, weight] = given as unknown as readonly [Tensor2D, Tensor2D | undefined];
    const { loss, gradient, weightGradient, terms } = evaluator.evaluate(planar, weight);
    lastTerms?.dispose();
    lastTerms = tf.keep(terms);
    save(weightGradient ? [gradient, weightGradient] : [gradient]);
    return {
      value: loss,
      gradFunc: (upstream: Tensor, saved: Tensor[]) => saved.map((slope) => upstream.mul(slope)),
    };
  });

  const write = (image: BufferId, grid: Grid, values: Float32Array): void => {
    if (values.length !== voxelCount(grid)) {
      throw new RangeError(`An image has ${values.length} voxels, its grid ${voxelCount(grid)}.`);
    }
    evaluator.write(image, values);
  };

  return {
    names: ['total', ...objective.losses.map(({ name }) => name)],
    terms() {
      if (lastTerms === undefined) throw new InternalError('No loss has been evaluated.');
      return lastTerms.clone();
    },
    loss(displacement, localWeight) {
      checkShape(displacement.shape, fixedGrid, axes);
      if ((localWeight === undefined) !== (objective.localWeight === undefined)) {
        throw new RangeError(
          'A map of weights is given to an objective that has none, or not given.',
        );
      }
      return tf.tidy(() => {
        const vectors = displacement.reshape<Tensor2D>([voxelCount(fixedGrid), axes.length]);
        // Turns the vectors into world axes and interleaved channels into planes, in one product.
        const planes = tf.matMul(worldFromAxes, vectors, false, true);
        if (!localWeight) return planarLoss(planes) as Scalar;
        return planarLoss(planes, localWeight.reshape([1, voxelCount(fixedGrid)])) as Scalar;
      });
    },
    setImages(fixed, moving) {
      write(objective.fixed, fixedGrid, fixed);
      write(objective.moving, movingGrid, moving);
    },
    setData(key, planes) {
      for (const [index, buffer] of (objective.data.get(key) ?? []).entries()) {
        const plane = planes[index];
        if (plane) evaluator.write(buffer, plane);
      }
    },
    turn(nodeId, parameter, value) {
      const dial = plan.dials.find((d) => d.nodeId === nodeId && d.parameter === parameter);
      const buffer = dial && plan.buffersOfValue.get(dial.value)?.[0];
      if (buffer === undefined) throw new RangeError(`Nothing to turn: "${nodeId}.${parameter}".`);
      evaluator.setDial(buffer, value);
    },
    destroy() {
      worldFromAxes.dispose();
      lastTerms?.dispose();
      evaluator.destroy();
    },
  };
}

/** Axes of the grid along which there is somewhere to go. */
function axesOf(grid: Grid): readonly number[] {
  return [0, 1, 2].filter((axis) => grid.sizeVoxels[axis] !== 1);
}

/** World directions of the grid's axes: unit vectors as columns, three rows. */
function directions(grid: Grid, axes: readonly number[]): number[][] {
  const spacing = spacingMm(grid);
  return [0, 1, 2].map((row) =>
    axes.map((axis) => (grid.worldFromVoxel[4 * row + axis] as number) / (spacing[axis] as number)),
  );
}

function checkShape(shape: readonly number[], grid: Grid, axes: readonly number[]): void {
  const wanted = [...[...axes].reverse().map((axis) => grid.sizeVoxels[axis]), axes.length];
  const given = shape[0] === 1 && shape.length === wanted.length + 1 ? shape.slice(1) : shape;
  if (given.length === wanted.length && given.every((n, i) => n === wanted[i])) return;
  throw new RangeError(`The displacement has shape [${shape}], its grid asks for [${wanted}].`);
}
