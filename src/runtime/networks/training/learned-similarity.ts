import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs';
import { deriveSeed, uniformStream } from '../../../imaging/phantoms/random';
import type { TrainingPair } from '../../api/data-kinds/dataset';
import type { SimilarityLearning } from '../../api/nodes/training';
import type { FieldOps } from '../field-ops';
import type { ModelOnDevice } from '../model-on-device';
import type { TensorFlow } from '../tensorflow';
import { judgement, judgementLoss } from './judgement';

/** What a similarity that learns said of a pair. */
export type Compared = {
  /** How far the discriminator is from taking the pair for an aligned one: 0 where it does, about 1 where it does not. */
  readonly loss: Scalar;
  /** The moving image as it was warped, `[1, (z,) y, x, 1]`. */
  readonly warped: Tensor;
};

/** A discriminator that learns to tell aligned pairs from others, and so what a network makes of a pair from what it should be. */
export interface LearnedSimilarity {
  readonly discriminator: ModelOnDevice;
  /** What it adds to the losses of a step: its objective; what the discriminator made small, and how often it was right. */
  readonly names: readonly string[];
  /**
   * Differentiable in the displacement, `[1, (z,) y, x, d]`, voxels of the grid.
   * The caller disposes of both.
   */
  compare(pair: TrainingPair, displacement: Tensor): Compared;
  /**
   * From what the discriminator is to learn: a pair that is aligned against what the network made of this one.
   * @param draw seed of how the aligned pair is perturbed
   * @returns gradients in its weights; its loss, and how often it was right, 0 to 1
   */
  gradients(
    pair: TrainingPair,
    warped: Tensor,
    draw: number,
  ): { readonly gradients: Readonly<Record<string, Tensor>>; readonly terms: Tensor1D };
}

/**
 * A similarity that is learned: Fan, Cao, Wang, Yap, Shen: Adversarial learning for mono- or multi-modal registration, Medical Image
 * Analysis 58 (2019), doi:10.1016/j.media.2019.101545, by least squares (Mao et al. 2017) and a discriminator that judges patches.
 * Aligned pairs are those that the dataset knows, or the fixed image beside itself with some of the moving one mixed in, as there.
 *
 * Chosen here: the aligned image is read between voxels, at a shift of up to `shiftVoxels` along each axis that is drawn in each step.
 * Otherwise what interpolation does to noise, and not what lies where, would tell a warped image.
 */
export function learnedSimilarity(
  tf: TensorFlow,
  fields: Pick<FieldOps, 'warp'>,
  discriminator: ModelOnDevice,
  { examples, mixed, shiftVoxels }: Pick<SimilarityLearning, 'examples' | 'mixed' | 'shiftVoxels'>,
): LearnedSimilarity {
  const { axes, sizeVoxels } = discriminator;
  const shape = [1, ...[...sizeVoxels].reverse(), 1];
  const tensorOf = (image: Float32Array): Tensor => tf.tensor(image, shape);
  const variables = discriminator.trainable.map(({ variable }) => variable);

  const alignedWith = (pair: TrainingPair): Tensor => {
    const known = examples === 'aligned' ? pair.aligned?.() : undefined;
    if (known) return tensorOf(known);
    return tf.add(tf.mul(tensorOf(pair.fixed), 1 - mixed), tf.mul(tensorOf(pair.moving), mixed));
  };

  return {
    discriminator,
    names: ['learned-similarity', 'discriminator', 'discriminator-accuracy'],

    compare: (pair, displacement) =>
      tf.tidy(() => {
        const warped = fields.warp(tensorOf(pair.moving), displacement);
        const verdict = discriminator.apply([warped, tensorOf(pair.fixed)], true);
        return { warped, loss: judgementLoss(tf, verdict, true) };
      }),

    gradients: (pair, warped, draw) =>
      tf.tidy(() => {
        const fixed = tensorOf(pair.fixed);
        const next = uniformStream(deriveSeed(draw, 1));
        const shift = axes.map(() => shiftVoxels * (2 * next() - 1));
        const everywhere = tf.zeros([...shape.slice(0, -1), axes.length]).add(tf.tensor1d(shift));
        const aligned = fields.warp(alignedWith(pair), everywhere);
        let terms: Tensor1D | undefined;
        const { grads } = tf.variableGrads(() => {
          const { loss, told } = judgement(tf, {
            real: discriminator.apply([aligned, fixed], true),
            made: discriminator.apply([warped, fixed], true),
          });
          terms = tf.keep(told);
          return loss;
        }, variables);
        return { gradients: grads, terms: terms as Tensor1D };
      }),
  };
}
