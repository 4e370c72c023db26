import type { LayersModel, Scalar, SymbolicTensor, Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { Device } from '../../src/runtime/devices';
import { createFieldOps, type FieldOps } from '../../src/runtime/networks/field-ops';
import type { TensorFlow } from '../../src/runtime/networks/tensorflow';

/** A network in training whose layers compute on fields. */
export interface FieldTraining {
  /** One step of Adam; the loss before it, still on the device. */
  step(): Scalar;
  destroy(): void;
}

const [ny, nx] = [12, 16];

/**
 * A network that halves a slice, predicts a velocity there, integrates it, brings it to the full grid and warps
 * the moving image by it; it learns to make this equal to the fixed image, a blob that lies elsewhere.
 */
export function startFieldTraining(tf: TensorFlow, device: Device): FieldTraining {
  const ops = createFieldOps(tf, device, { verify: true });
  const model = networkOf(tf, ops);
  const moving = blobAt(tf, 6, 5);
  const fixed = blobAt(tf, 8, 6.5);
  const optimizer = tf.train.adam(0.02);
  return {
    step() {
      const loss = optimizer.minimize(
        () => tf.losses.meanSquaredError(fixed, model.apply([moving, fixed]) as Tensor) as Scalar,
        true,
      );
      if (!loss) throw new Error('minimize was asked for the loss.');
      return loss;
    },
    destroy() {
      optimizer.dispose();
      model.dispose();
      tf.dispose([moving, fixed]);
      ops.destroy();
    },
  };
}

/** The losses of some steps, read after each. */
export async function fieldLosses(training: FieldTraining, steps: number): Promise<number[]> {
  const losses: number[] = [];
  for (let step = 0; step < steps; step += 1) {
    const loss = training.step();
    losses.push((await loss.data())[0] as number);
    loss.dispose();
  }
  return losses;
}

function blobAt(tf: TensorFlow, x: number, y: number): Tensor4D {
  const values = Array.from({ length: nx * ny }, (_, i) =>
    Math.exp(-((((i % nx) - x) ** 2 + (Math.floor(i / nx) - y) ** 2) / 12)),
  );
  return tf.tensor4d(values, [1, ny, nx, 1]);
}

function networkOf(tf: TensorFlow, ops: FieldOps): LayersModel {
  /** An op on fields as a layer: it learns the shape of its inputs as it is called. */
  class FieldLayer extends tf.layers.Layer {
    static className = 'FieldLayer';
    readonly #compute: (inputs: Tensor[]) => Tensor;
    readonly #size: number[];

    constructor(name: string, size: number[], compute: (inputs: Tensor[]) => Tensor) {
      super({ name });
      this.#size = size;
      this.#compute = compute;
    }

    override computeOutputShape() {
      return [null, ...this.#size];
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      return this.#compute(Array.isArray(inputs) ? inputs : [inputs]);
    }
  }
  const conv = (filters: number, seed: number, strides = 1, activation?: 'relu') =>
    tf.layers.conv2d({
      filters,
      kernelSize: 3,
      strides,
      padding: 'same',
      kernelInitializer: tf.initializers.glorotUniform({ seed }),
      ...(activation ? { activation } : {}),
    });
  const join = (...tensors: SymbolicTensor[]) =>
    tf.layers.concatenate().apply(tensors) as SymbolicTensor;

  const moving = tf.input({ shape: [ny, nx, 1], name: 'moving' });
  const fixed = tf.input({ shape: [ny, nx, 1], name: 'fixed' });
  const half = conv(4, 1, 2, 'relu').apply(join(moving, fixed)) as SymbolicTensor;
  const quarter = conv(4, 2, 2, 'relu').apply(half) as SymbolicTensor;
  const up = tf.layers.upSampling2d({ size: [2, 2] }).apply(quarter) as SymbolicTensor;
  const velocity = conv(2, 3).apply(join(up, half)) as SymbolicTensor;
  const field = new FieldLayer('flow', [ny, nx, 2], ([v]) =>
    ops.resize(ops.exponentiate(ops.smooth(v as Tensor, 0.7), { squarings: 2, everyVoxels: 2 }), [
      nx,
      ny,
    ]),
  ).apply(velocity) as SymbolicTensor;
  const warped = new FieldLayer('warped', [ny, nx, 1], ([image, u]) =>
    ops.warp(image as Tensor, u as Tensor),
  ).apply([moving, field]) as SymbolicTensor;
  return tf.model({ inputs: [moving, fixed], outputs: warped });
}
