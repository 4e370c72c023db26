import type { Tensor } from '@tensorflow/tfjs';
import type { FieldRunner } from './field-runner';
import type { TensorFlow } from './tensorflow';

/** A program applied to tensors, and where its gradients go. */
export interface AppliedProgram {
  readonly runner: FieldRunner;
  readonly inputs: readonly Tensor[];
  readonly shape: readonly number[];
  /** Places of the inputs that gradients flow to. */
  readonly to: readonly number[];
  /** Places of the inputs that these gradients depend on. */
  readonly reads: readonly number[];
  /** What the program gives, where it is known: gradients flow on to it as well. */
  readonly value?: Tensor;
}

type Save = (tensors: Tensor[]) => void;

/** Runs a program as one differentiable op. */
export function throughProgram(tf: TensorFlow, applied: AppliedProgram): Tensor {
  const { runner, inputs, shape, to, reads, value } = applied;
  const targets = to.map((place) => inputs[place] as Tensor);
  const shapes = targets.map((target) => [...target.shape]);
  const op = tf.customGrad((...args) => {
    const save = args.at(-1) as unknown as Save;
    save(reads.map((place) => inputs[place] as Tensor));
    return {
      value: value ? value.clone() : runner.value(inputs).reshape([...shape]),
      gradFunc: (upstream: Tensor, saved: Tensor[]) => {
        const kept = inputs.map((_, place) => saved[reads.indexOf(place)]);
        const gradients = runner
          .gradient(to, kept, upstream)
          .map((gradient, index) => gradient.reshape(shapes[index] as number[]));
        return value ? [upstream.clone(), ...gradients] : gradients;
      },
    };
  });
  return op(...(value ? [value] : []), ...targets);
}
