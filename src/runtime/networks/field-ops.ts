import type { Tensor } from '@tensorflow/tfjs';
import type { PhaseOptions } from '../compile/phases';
import type { Device } from '../devices';
import { parameterCount } from '../ops/affine/affine-from-parameters';
import { throughProgram } from './differentiable-program';
import {
  affineProgram,
  compositionProgram,
  exponentialProgram,
  type FieldProgram,
  resizeProgram,
  smoothingProgram,
  warpProgram,
} from './field-programs';
import { FieldRunner } from './field-runner';
import { requireSameSamples, resized, spaceOf, vectorSpaceOf } from './tensor-space';
import type { TensorFlow } from './tensorflow';

/**
 * The plan's own ops on fields and images as ops of TensorFlow.js. Tensors are channels last with a batch:
 * [batch, y, x, channel] or [batch, z, y, x, channel]. A field has a channel for each dimension, in the order
 * x, y(, z), in voxels of the full grid, also where its samples lie every 2 or 4 voxels. Gradients flow to
 * every tensor that is given, but no gradients of gradients. They may be called at any time, from a layer's
 * `call` too. All throw RangeError where shapes or numbers do not go together.
 */
export interface FieldOps {
  /**
   * image(x + u(x)), read linearly, any number of channels. Beyond the edge the edge's value goes on, as where
   * objectives compare images.
   * @param displacementVoxels as many samples as the image
   * @param everyVoxels of both; 1 where left out
   */
  warp(image: Tensor, displacementVoxels: Tensor, everyVoxels?: number): Tensor;
  /** exp(v) by scaling and squaring on the field's own samples. Beyond the edge the edge's velocity goes on. */
  exponentiate(velocityVoxels: Tensor, options: ExponentialOptions): Tensor;
  /** u(x) = inner(x) + outer(x + inner(x)); samples lie every voxel where `everyVoxels` is left out. */
  compose(outer: Tensor, inner: Tensor, everyVoxels?: number): Tensor;
  /**
   * A field or an image read linearly at another number of samples over the same box, edges of the outermost
   * samples staying where they are; numbers are not rescaled. To fewer samples, smooth before.
   * @param sizeVoxels samples along x, y(, z): not in the order of a shape
   */
  resize(value: Tensor, sizeVoxels: readonly number[]): Tensor;
  /**
   * A Gaussian along every axis, out to two standard deviations. What lies beyond the edge has no weight: a
   * constant stays as it is.
   * @param sigmaVoxels standard deviation in samples of the value, at most 127
   */
  smooth(value: Tensor, sigmaVoxels: number): Tensor;
  /**
   * The affine map, `[batch, 12]`, row-major 3×4, that a linear model makes of its parameters, about the origin and along the
   * axes of the coordinates: `[batch, 6]` of a rigid map or `[batch, 12]`, in mm, as `affineFromParameters` takes them.
   */
  affine(parameters: Tensor, options: AffineOptions): Tensor;
  /** Frees the plans' memory; before the device and its TensorFlow.js are closed. */
  destroy(): void;
}

export interface ExponentialOptions {
  /** How often the first small step is composed with itself, at most 12. */
  readonly squarings: number;
  /** Voxels of the full grid from one sample of the field to the next. */
  readonly everyVoxels: number;
}

export interface AffineOptions {
  readonly freedom: 'rigid' | 'affine';
  /** Makes angles, log-scales and shears lengths. */
  readonly radiusMm: number;
  /** The axis out of the plane of a slice, 0 for x: only motion in the plane has an effect. */
  readonly normalAxis?: number;
}

/** A Gaussian reaches over no more than 255 samples to one side. */
const largestSigma = 127;

/** Of a 3×4 matrix. */
const affineNumbers = 12;

/** More would leave nothing of the first step in float32. */
const mostSquarings = 12;

/**
 * The ops on the device that `tf` was opened with. Plans are compiled when an op first meets a shape, and kept.
 * @param options how plans are compiled
 */
export function createFieldOps(
  tf: TensorFlow,
  device: Device,
  options: PhaseOptions = {},
): FieldOps {
  const runners = new Map<string, FieldRunner>();
  const runnerOf = (program: FieldProgram): FieldRunner => {
    let runner = runners.get(program.key);
    if (!runner) {
      runner = new FieldRunner({ tf, device, options }, program);
      runners.set(program.key, runner);
    }
    return runner;
  };
  const float = (tensor: Tensor): Tensor =>
    tensor.dtype === 'float32' ? tensor : tf.cast(tensor, 'float32');

  return {
    warp(image, displacementVoxels, everyVoxels = 1) {
      const space = spaceOf(image, 'image');
      const field = vectorSpaceOf(displacementVoxels, 'displacement');
      requireSameSamples(space, field, 'image and its displacement');
      requireDistance(everyVoxels);
      const { size, channels, shape } = space;
      const runner = runnerOf(warpProgram(size, channels, field.dimensions, everyVoxels));
      return tf.tidy(() => {
        const inputs = [float(image), float(displacementVoxels)];
        // Two ops, since TensorFlow.js asks an op for all of its gradients or for none: an image that nobody
        // trains, as the moving one, has an op of its own, which is left out.
        const warped = throughProgram(tf, { runner, inputs, shape, to: [0], reads: [1] });
        return throughProgram(tf, { runner, inputs, shape, to: [1], reads: [0, 1], value: warped });
      });
    },

    exponentiate(velocityVoxels, { squarings, everyVoxels }) {
      const { size, dimensions, shape } = vectorSpaceOf(velocityVoxels, 'velocity');
      requireDistance(everyVoxels);
      if (!Number.isInteger(squarings) || squarings < 0 || squarings > mostSquarings) {
        throw new RangeError(`A field is squared 0 to ${mostSquarings} times, not ${squarings}.`);
      }
      const runner = runnerOf(exponentialProgram(size, dimensions, everyVoxels, squarings));
      return tf.tidy(() => {
        const inputs = [float(velocityVoxels)];
        return throughProgram(tf, { runner, inputs, shape, to: [0], reads: [0] });
      });
    },

    compose(outer, inner, everyVoxels = 1) {
      const space = vectorSpaceOf(inner, 'inner field');
      requireSameSamples(vectorSpaceOf(outer, 'outer field'), space, 'outer and the inner field');
      requireDistance(everyVoxels);
      const { size, dimensions, shape } = space;
      const runner = runnerOf(compositionProgram(size, dimensions, everyVoxels));
      return tf.tidy(() => {
        const inputs = [float(outer), float(inner)];
        return throughProgram(tf, { runner, inputs, shape, to: [0, 1], reads: [0, 1] });
      });
    },

    resize(value, sizeVoxels) {
      const { size, channels, ...space } = spaceOf(value, 'value');
      const target = resized({ size, channels, ...space }, sizeVoxels);
      if (target.size.join() === size.join()) return value.clone();
      const runner = runnerOf(resizeProgram(size, channels, target.size));
      return tf.tidy(() => {
        const inputs = [float(value)];
        return throughProgram(tf, { runner, inputs, shape: target.shape, to: [0], reads: [] });
      });
    },

    smooth(value, sigmaVoxels) {
      const { size, channels, shape } = spaceOf(value, 'value');
      if (!(sigmaVoxels >= 0 && sigmaVoxels <= largestSigma)) {
        throw new RangeError(`σ is 0 to ${largestSigma} samples, not ${sigmaVoxels}.`);
      }
      if (sigmaVoxels === 0) return value.clone();
      const runner = runnerOf(smoothingProgram(size, channels, sigmaVoxels));
      return tf.tidy(() => {
        const inputs = [float(value)];
        return throughProgram(tf, { runner, inputs, shape, to: [0], reads: [] });
      });
    },

    affine(parameters, { freedom, radiusMm, normalAxis }) {
      const [batch, count] = parameters.shape;
      if (count !== parameterCount[freedom] || batch === undefined) {
        throw new RangeError(
          `A map of freedom "${freedom}" has ${parameterCount[freedom]} parameters, not [${parameters.shape}].`,
        );
      }
      if (!(radiusMm > 0)) throw new RangeError(`A radius is above 0, not ${radiusMm}.`);
      const sliceNormal =
        normalAxis === undefined ? [] : [0, 1, 2].map((axis) => (axis === normalAxis ? 1 : 0));
      const runner = runnerOf(affineProgram({ freedom, radiusMm, sliceNormal }));
      return tf.tidy(() => {
        const inputs = [float(parameters)];
        const shape = [batch, affineNumbers];
        return throughProgram(tf, { runner, inputs, shape, to: [0], reads: [0] });
      });
    },

    destroy() {
      for (const runner of runners.values()) runner.destroy();
      runners.clear();
    },
  };
}

function requireDistance(everyVoxels: number): void {
  if (everyVoxels > 0 && everyVoxels < Number.POSITIVE_INFINITY) return;
  throw new RangeError(`Samples do not lie every ${everyVoxels} voxels.`);
}
