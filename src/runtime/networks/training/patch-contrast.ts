import type { Scalar, Tensor, Tensor2D, Variable } from '@tensorflow/tfjs';
import { deriveSeed, uniformStream } from '../../../imaging/phantoms/random';
import { featureLayers, type TranslatorSettings } from '../architectures/translator';
import { NetworkFileProblem } from '../files/network-file-problem';
import type { ModelOnDevice } from '../model-on-device';
import type { TensorFlow } from '../tensorflow';
import type { Trainable } from './learning-networks';

/** Places of an image that are compared with each other, at each layer. */
const places = 64;
/** Numbers of a feature where it is compared. */
const units = 64;
/** How sharply features are told apart. */
const temperature = 0.07;

/** Features of some places of an image at each layer, of length 1, and which places these are. */
export type PatchKeys = readonly { readonly features: Tensor2D; readonly at: readonly number[] }[];

/** Features by which a patch of a translation is known again among patches of the image. */
export interface PatchContrast {
  /** What projects features; it learns with the translator. */
  readonly heads: Trainable & { dispose(): void };
  /** @param draw seed of the places */
  keys(image: Tensor, draw: number): PatchKeys;
  /** How hard it is to find, for each place of a translation, the same one of the image. */
  loss(translated: Tensor, keys: PatchKeys): Scalar;
}

/**
 * Patches that are held together by what a translator itself sees in them: PatchNCE of Park, Efros, Zhang, Zhu, Contrastive learning for
 * unpaired image-to-image translation, 2020, doi:10.1007/978-3-030-58545-7_19, which DTR-GAN (Yang et al. 2024, doi:10.3390/app14010095) takes both ways between CT and MR.
 * Features are the image itself, both halvings and two residual blocks; each is projected by two dense layers and compared by
 * cross entropy of cosines over 0.07 with those of the other places. No gradient flows through those of the image.
 *
 * Chosen here: 64 places and 64 numbers in place of 256, for the size of images that a browser trains on.
 */
export function patchContrast(
  tf: TensorFlow,
  translator: ModelOnDevice,
  seed: number,
): PatchContrast {
  const { model } = translator.built;
  const layers = featureLayers(translator.settings as TranslatorSettings);
  const outputs = layers.map((name) => model.getLayer(name).output as (typeof model.outputs)[0]);
  const encoder = tf.model({ inputs: model.inputs, outputs });
  const channels = [1, ...outputs.map(({ shape }) => shape.at(-1) as number)];
  const heads = projections(tf, channels, seed);

  const seenIn = (image: Tensor): readonly Tensor2D[] =>
    [image, ...(encoder.apply(image, { training: true }) as Tensor[])].map((layer) =>
      layer.reshape<Tensor2D>([-1, layer.shape.at(-1) as number]),
    );
  const project = (features: Tensor2D, layer: number, at: readonly number[]): Tensor2D => {
    const [first, bias, second, last] = heads.of(layer);
    // A product in place of a gathering, whose gradient is slow and on the GPU of no fixed order.
    const chosen = tf.matMul(tf.oneHot(tf.tensor1d([...at], 'int32'), features.shape[0]), features);
    const hidden = tf.relu(tf.add(tf.matMul(chosen, first), bias));
    const found = tf.add(tf.matMul(hidden, second), last);
    const length = tf.sqrt(tf.add(tf.sum(tf.square(found), 1, true), 1e-7));
    return tf.div(found, length);
  };

  return {
    heads,
    keys: (image, draw) =>
      seenIn(image).map((features, layer) => {
        const at = someOf(features.shape[0], deriveSeed(draw, layer));
        return { at, features: project(features, layer, at) };
      }),
    loss: (translated, keys) =>
      tf.tidy(() => {
        const seen = seenIn(translated);
        const losses = keys.map(({ features, at }, layer) => {
          const queries = project(seen[layer] as Tensor2D, layer, at);
          const cosines = tf.div(tf.matMul(queries, features, false, true), temperature);
          const likely = tf.sub(cosines, tf.logSumExp(cosines, 1, true));
          return tf.neg(tf.mean(tf.sum(tf.mul(likely, tf.eye(at.length)), 1)));
        });
        return tf.div(tf.addN(losses), losses.length) as Scalar;
      }),
  };
}

type Projection = readonly [Variable, Variable, Variable, Variable];

/** Two dense layers for each of these numbers of channels. */
function projections(tf: TensorFlow, channels: readonly number[], seed: number) {
  const named = channels.flatMap((count, layer) =>
    ([[count, units], [units], [units, units], [units]] as const).map((shape, part) => {
      const isKernel = shape.length === 2;
      const own = deriveSeed(seed, 4 * layer + part);
      const begin = () =>
        isKernel
          ? tf.initializers.glorotUniform({ seed: own }).apply([...shape])
          : tf.zeros([...shape]);
      const variable = tf.tidy(() => tf.variable(begin()));
      return { name: `head_${layer}/${['first', 'bias', 'second', 'last'][part]}`, variable };
    }),
  );
  const trainable: Trainable & { dispose(): void } = {
    trainable: named,
    weights: () =>
      Promise.all(
        named.map(async ({ name, variable }) => ({
          name,
          shape: [...variable.shape],
          values: ((await variable.data()) as Float32Array).slice(),
        })),
      ),
    put(weights) {
      const fits =
        weights.length === named.length &&
        named.every(({ name, variable }, index) => {
          const one = weights[index];
          return one?.name === name && one.values.length === variable.size;
        });
      if (!fits) throw new NetworkFileProblem('mismatch', 'These are no such projections.');
      tf.tidy(() => {
        for (const [index, { variable }] of named.entries()) {
          variable.assign(tf.tensor(weights[index]?.values ?? [], variable.shape));
        }
      });
    },
    dispose: () => tf.dispose(named.map(({ variable }) => variable)),
  };
  return {
    ...trainable,
    of: (layer: number): Projection =>
      named
        .slice(4 * layer, 4 * layer + 4)
        .map(({ variable }) => variable) as unknown as Projection,
  };
}

/** Some of so many places, each once. */
function someOf(count: number, seed: number): readonly number[] {
  const next = uniformStream(seed);
  const all = Array.from({ length: count }, (_, index) => index);
  const wanted = Math.min(places, count);
  for (let index = 0; index < wanted; index += 1) {
    const other = index + Math.floor(next() * (count - index));
    [all[index], all[other]] = [all[other] as number, all[index] as number];
  }
  return all.slice(0, wanted);
}
