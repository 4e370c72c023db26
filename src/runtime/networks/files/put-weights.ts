import type { LayersModel } from '@tensorflow/tfjs';
import type { TensorFlow } from '../tensorflow';
import { NetworkFileProblem } from './network-file-problem';
import type { NamedWeights } from './weights-manifest';

/**
 * Gives a network its weights, by name; every shape is checked before anything is written.
 * @throws NetworkFileProblem naming the layer, what it expects and what there is
 */
export function putWeights(tf: TensorFlow, model: LayersModel, weights: NamedWeights): void {
  const wanted = new Map(model.weights.map((weight) => [weight.originalName, weight]));
  for (const [name, { shape }] of wanted) {
    const found = weights.get(name);
    const fits =
      found?.shape.length === shape.length && shape.every((n, i) => n === found.shape[i]);
    if (!fits) throw mismatch(name, `[${shape}]`, found ? `[${found.shape}]` : 'nothing');
  }
  for (const [name, { shape }] of weights) {
    if (!wanted.has(name)) throw mismatch(name, 'nothing', `[${shape}]`);
  }
  for (const [name, variable] of wanted) {
    const values = weights.get(name)?.values as Float32Array;
    tf.tidy(() => {
      variable.write(tf.tensor(values, variable.shape as number[]));
    });
  }
}

function mismatch(weight: string, expected: string, found: string): NetworkFileProblem {
  const [layer, kind] = [weight.slice(0, weight.lastIndexOf('/')), weight.split('/').at(-1)];
  return new NetworkFileProblem(
    'mismatch',
    `Layer "${layer}", ${kind}: expected ${expected}, found ${found}.`,
  );
}
