import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs';
import type { TensorFlow } from '../tensorflow';

/** Where a verdict says neither. */
const undecided = 0.5;

/** The mean over patches of (verdict − 1)², or of verdict² where they were made: least squares, as CycleGAN has them. */
export function judgementLoss(tf: TensorFlow, verdict: Tensor, isReal: boolean): Scalar {
  return tf.mean(tf.square(isReal ? tf.sub(verdict, 1) : verdict)) as Scalar;
}

/**
 * What a discriminator makes small over what is real and what a network made: half the sum of both. `told` is that, and the share of
 * patches on which it was right.
 */
export function judgement(
  tf: TensorFlow,
  { real, made }: { readonly real: Tensor; readonly made: Tensor },
): { readonly loss: Scalar; readonly told: Tensor1D } {
  const both = tf.add(judgementLoss(tf, real, true), judgementLoss(tf, made, false));
  const loss = tf.mul(both, 0.5) as Scalar;
  const right = [tf.greater(real, undecided), tf.lessEqual(made, undecided)].map((is) =>
    tf.mean(tf.cast(is, 'float32')),
  );
  const accuracy = tf.mul(tf.add(right[0] as Tensor, right[1] as Tensor), 0.5);
  const told = [loss, accuracy].map((one) => one.reshape<Tensor1D>([1]));
  return { loss, told: tf.concat1d(told) };
}
