import type { Tensor } from '@tensorflow/tfjs';
import type { FieldOps } from '../../src/runtime/networks/field-ops';
import type { TensorFlow } from '../../src/runtime/networks/tensorflow';

/** Numbers between -1 and 1 that differ from place to place, with no structure that a fault could hide in. */
export function scattered(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) =>
    Math.sin(12.9898 * (i + 1) + 78.233 * seed),
  );
}

/** A tensor of such numbers. */
export function scatteredTensor(
  tf: TensorFlow,
  shape: readonly number[],
  { seed, scale = 1, offset = 0 }: { seed: number; scale?: number; offset?: number },
): Tensor {
  const count = shape.reduce((product, n) => product * n, 1);
  return tf.tensor(
    scattered(count, seed).map((value) => offset + scale * value),
    [...shape],
  );
}

/**
 * A tensor read at a point of its first element, linearly, the edge's value going on: plain loops.
 * @param point x, y(, z)
 */
export function readAt(tensor: Tensor, point: readonly number[], channel: number): number {
  const values = tensor.dataSync();
  const sizes = tensor.shape.slice(1, -1).reverse();
  const channels = tensor.shape.at(-1) as number;
  const inside = point.map((p, axis) => Math.min(Math.max(p, 0), (sizes[axis] as number) - 1));
  let sum = 0;
  for (let corner = 0; corner < 2 ** point.length; corner += 1) {
    let weight = 1;
    let index = 0;
    let stride = 1;
    inside.forEach((p, axis) => {
      const low = Math.min(Math.floor(p), Math.max((sizes[axis] as number) - 2, 0));
      const isHigh = (corner >> axis) % 2 === 1;
      weight *= isHigh ? p - low : 1 - (p - low);
      index += stride * Math.min(low + (isHigh ? 1 : 0), (sizes[axis] as number) - 1);
      stride *= sizes[axis] as number;
    });
    sum += weight * (values[index * channels + channel] as number);
  }
  return sum;
}

/** Each sample's place, x first, in the order of a tensor's numbers. */
export function placesOf(tensor: Tensor): readonly (readonly number[])[] {
  const sizes = tensor.shape.slice(1, -1).reverse();
  const count = sizes.reduce((product, n) => product * n, 1);
  return Array.from({ length: count }, (_, i) => {
    let rest = i;
    return sizes.map((n) => {
      const at = rest % n;
      rest = (rest - at) / n;
      return at;
    });
  });
}

/**
 * The slope of Σ cotangent · op(inputs) along a direction in one of the inputs: as its gradient says, and as
 * central differences do.
 */
export function slopes(
  tf: TensorFlow,
  op: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  place: number,
  step: number,
): { readonly said: number; readonly measured: number } {
  const scalar = (...given: Tensor[]) => {
    const output = op(...given);
    return tf.sum(tf.mul(output, scatteredTensor(tf, output.shape, { seed: 5 })));
  };
  return tf.tidy(() => {
    const towards = scatteredTensor(tf, inputs[place]?.shape ?? [], { seed: 9 });
    const gradient = tf.grads(scalar)([...inputs])[place] as Tensor;
    const at = (by: number) =>
      scalar(
        ...inputs.map((input, index) => (index === place ? input.add(towards.mul(by)) : input)),
      ).dataSync()[0] as number;
    return {
      said: tf.sum(tf.mul(gradient, towards)).dataSync()[0] as number,
      measured: (at(step) - at(-step)) / (2 * step),
    };
  });
}

/**
 * A field that leads out of the image here and there, and no point to a voxel's centre, where reading has a kink.
 * @param space batch and samples, in the order of a shape
 */
export function fieldOn(
  tf: TensorFlow,
  space: readonly number[],
  { scale, seed = 2 }: { scale: number; seed?: number },
): Tensor {
  return scatteredTensor(tf, [...space, space.length - 1], { seed, scale, offset: 0.013 });
}

/** An image of several channels. */
export function imageOn(tf: TensorFlow, space: readonly number[], channels: number): Tensor {
  return scatteredTensor(tf, [...space, channels], { seed: 1 });
}

/** An op and what it is applied to. */
export interface FieldOpCase {
  readonly inputs: Tensor[];
  apply(...inputs: Tensor[]): Tensor;
}

/** Every op by name, on small tensors. */
export function fieldOpCases(tf: TensorFlow, ops: FieldOps, space: readonly number[]) {
  const image = (channels: number) => imageOn(tf, space, channels);
  const field = (seed = 2) => fieldOn(tf, space, { scale: 0.6, seed });
  const of = (inputs: Tensor[], apply: (...inputs: Tensor[]) => Tensor): FieldOpCase => ({
    inputs,
    apply,
  });
  return {
    warp: () => of([image(1), field()], (i, u) => ops.warp(i as Tensor, u as Tensor)),
    'warp of channels, coarse': () =>
      of([image(5), field()], (i, u) => ops.warp(i as Tensor, u as Tensor, 2)),
    exponentiate: () =>
      of([field()], (v) => ops.exponentiate(v as Tensor, { squarings: 2, everyVoxels: 1 })),
    'exponentiate, coarse': () =>
      of([field()], (v) => ops.exponentiate(v as Tensor, { squarings: 2, everyVoxels: 2 })),
    compose: () => of([field(3), field()], (a, b) => ops.compose(a as Tensor, b as Tensor)),
    resize: () =>
      of([image(2)], (value) =>
        ops.resize(
          value as Tensor,
          [...space.slice(1)].reverse().map((n) => n + 3),
        ),
      ),
    smooth: () => of([image(2)], (value) => ops.smooth(value as Tensor, 1.2)),
    affine: () =>
      of([scatteredTensor(tf, [2, 12], { seed: 3, scale: 0.7 })], (parameters) =>
        ops.affine(parameters as Tensor, { freedom: 'affine', radiusMm: 2 }),
      ),
  } satisfies Record<string, () => FieldOpCase>;
}
