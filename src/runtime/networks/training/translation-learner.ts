import type { NamedTensorMap, Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs';
import type { TrainingPair } from '../../api/data-kinds/dataset';
import type { TranslationTraining } from '../../api/nodes/training';
import type { ModelOnDevice } from '../model-on-device';
import type { TensorFlow } from '../tensorflow';
import { drawOfStep } from './draws';
import { judgement, judgementLoss } from './judgement';
import { LearningNetworks } from './learning-networks';
import type { PatchContrast } from './patch-contrast';
import type { Learner, TrainingObserver } from './training-loop';

/** What learns to translate, and what judges it. */
export interface TranslationParts {
  /** From the contrast of the moving images to that of the fixed ones, and back. */
  readonly forth: ModelOnDevice;
  readonly back: ModelOnDevice;
  /** Whether an image is a fixed one, or a moving one. */
  readonly ofFixed: ModelOnDevice;
  readonly ofMoving: ModelOnDevice;
  /** For each of the two ways, where features of patches hold an image and its translation together. */
  readonly patches?: { readonly forth: PatchContrast; readonly back: PatchContrast };
}

/**
 * Two networks that learn to translate images of one contrast into another, there and back, against a discriminator for each: CycleGAN, Zhu, Park,
 * Isola, Efros 2017, doi:10.1109/ICCV.2017.244, with least squares, the way back and the identity; or with features of patches in place of the way back
 * (`patch-contrast.ts`). Step `n` shows the moving and the fixed image of pair `n`, which are never compared with each other.
 *
 * Chosen here: discriminators see what was just made, and no buffer of earlier images, which a checkpoint would have to hold.
 */
export function translationLearner(
  tf: TensorFlow,
  { dataset, network: { seed } }: TranslationTraining,
  { forth, back, ofFixed, ofMoving, patches }: TranslationParts,
  setting: TrainingObserver['setting'],
) {
  const networks = new LearningNetworks(tf, [
    ['network', forth],
    ['back', back],
    ['of-fixed', ofFixed],
    ['of-moving', ofMoving],
    ...(patches
      ? ([
          ['patches', patches.forth.heads],
          ['patches-back', patches.back.heads],
        ] as const)
      : []),
  ]);
  const makers = patches
    ? (['network', 'back', 'patches', 'patches-back'] as const)
    : (['network', 'back'] as const);
  const judges = ['of-fixed', 'of-moving'] as const;
  const shape = [1, ...[...forth.sizeVoxels].reverse(), 1];
  const tensorOf = (image: Float32Array): Tensor => tf.tensor(image, shape);
  const apart = (a: Tensor, b: Tensor): Tensor => tf.mean(tf.abs(tf.sub(a, b)));
  const imagesOf = ({ fixed, moving }: TrainingPair) =>
    ({ fixed: tensorOf(fixed), moving: tensorOf(moving) }) as const;

  /** One step of the translators; what they made, and what it cost. */
  const makersStep = (pair: TrainingPair, step: number) => {
    const { fixed, moving } = imagesOf(pair);
    const draw = drawOfStep(seed, step);
    // Of the images as they are no gradient is taken.
    const keys = patches && {
      forth: patches.forth.keys(moving, draw),
      back: patches.back.keys(fixed, draw),
      sameFixed: patches.forth.keys(fixed, draw),
      sameMoving: patches.back.keys(moving, draw),
    };
    const made: Tensor[] = [];
    const { value, grads } = tf.variableGrads(
      () => {
        const toFixed = forth.apply([moving], true);
        const toMoving = back.apply([fixed], true);
        const [sameFixed, sameMoving] = [forth.apply([fixed], true), back.apply([moving], true)];
        const adversarial = tf.add(
          judgementLoss(tf, ofFixed.apply([toFixed], true), true),
          judgementLoss(tf, ofMoving.apply([toMoving], true), true),
        );
        const content =
          patches && keys
            ? tf.mul(
                tf.addN([
                  patches.forth.loss(toFixed, keys.forth),
                  patches.back.loss(toMoving, keys.back),
                  patches.forth.loss(sameFixed, keys.sameFixed),
                  patches.back.loss(sameMoving, keys.sameMoving),
                ]),
                0.5,
              )
            : tf.add(
                apart(back.apply([toFixed], true), moving),
                apart(forth.apply([toMoving], true), fixed),
              );
        const identity = tf.add(apart(sameFixed, fixed), apart(sameMoving, moving));
        const total = tf.addN([
          adversarial,
          tf.mul(content, setting('contentWeight')),
          tf.mul(identity, setting('identityWeight')),
        ]);
        const told = tf.stack([total, adversarial, content, identity]);
        made.push(tf.keep(told), tf.keep(toFixed), tf.keep(toMoving));
        return total as Scalar;
      },
      networks.variables(...makers),
    );
    for (const name of makers) networks.step(name, grads, step, setting('learningRate'));
    tf.dispose([value, grads as NamedTensorMap]);
    const [told, likeFixed, likeMoving] = made as [Tensor1D, Tensor, Tensor];
    return { told, likeFixed, likeMoving };
  };

  /** One step of the discriminators. */
  const judgesStep = (
    pair: TrainingPair,
    made: { readonly likeFixed: Tensor; readonly likeMoving: Tensor },
    step: number,
  ): Tensor1D => {
    const { fixed, moving } = imagesOf(pair);
    let told: Tensor1D | undefined;
    const { value, grads } = tf.variableGrads(
      () => {
        const both = (
          [
            [ofFixed, fixed, made.likeFixed],
            [ofMoving, moving, made.likeMoving],
          ] as const
        ).map(([judge, real, like]) =>
          judgement(tf, { real: judge.apply([real], true), made: judge.apply([like], true) }),
        );
        told = tf.keep(tf.mul(tf.addN(both.map((one) => one.told)), 0.5));
        return tf.addN(both.map(({ loss }) => loss)) as Scalar;
      },
      networks.variables(...judges),
    );
    for (const name of judges) networks.step(name, grads, step, setting('learningRate'));
    tf.dispose([value, grads as NamedTensorMap]);
    return told as Tensor1D;
  };

  const learner: Learner = {
    names: [
      'total',
      ...['adversarial', patches ? 'patches' : 'cycle', 'identity'],
      ...['discriminator', 'discriminator-accuracy'],
    ],

    step(step) {
      const pair = dataset.trainingPair(step);
      return tf.tidy(() => {
        const made = makersStep(pair, step);
        const verdicts = judgesStep(pair, made, step);
        const all = tf.concat1d([made.told, verdicts]);
        tf.dispose([made, verdicts]);
        return all;
      });
    },

    async look(steps) {
      const [errors, before, cycles]: number[][] = [[], [], []];
      let shown: Float32Array | undefined;
      for (let n = 0; n < dataset.validationPairs; n += 1) {
        const pair = dataset.validationPair(n);
        const aligned = pair.aligned?.();
        const [image, numbers] = tf.tidy(() => {
          const { fixed, moving } = imagesOf(pair);
          const translated = forth.apply([moving], false);
          const cycle = apart(back.apply([translated], false), moving);
          if (!aligned) return [translated, tf.stack([cycle])] as const;
          const known = tensorOf(aligned);
          const error = apart(forth.apply([known], false), fixed);
          return [translated, tf.stack([cycle, error, apart(known, fixed)])] as const;
        });
        const [cycle = Number.NaN, error, unmoved] = await numbers.data();
        shown ??= ((await image.data()) as Float32Array).slice();
        tf.dispose([image, numbers]);
        cycles?.push(cycle);
        if (error !== undefined) errors?.push(error);
        if (unmoved !== undefined) before?.push(unmoved);
      }
      const numbers = {
        'validation.cycle-error': mean(cycles ?? []),
        ...(errors?.length
          ? {
              'validation.translation-error.before': mean(before ?? []),
              'validation.translation-error': mean(errors),
            }
          : {}),
      };
      // How well it translates is known where an image is known in both contrasts. A GAN's own losses do not say it.
      const score = errors?.length ? -mean(errors) : steps;
      return { numbers, warped: shown ?? new Float32Array(0), score };
    },

    weights: () => networks.weights(),
    memory: () => networks.memory(),
    remember: (checkpoint) => networks.remember(checkpoint),
  };
  return {
    learner,
    weightsOf: networks.weightsOf.bind(networks),
    dispose: () => networks.dispose(),
  };
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
