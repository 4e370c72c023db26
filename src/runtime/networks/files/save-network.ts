import type { LayersModel } from '@tensorflow/tfjs';
import { type NetworkCard, networkCard } from './card';
import type { NetworkParts } from './pack-network';
import type { StoredNetwork } from './stored-network';
import type { NamedWeight } from './weights-manifest';

/**
 * A model's weights as they are now, and its card; on no device, so that training can go on.
 * @throws ZodError where the card is not one
 */
export async function storeNetwork(model: LayersModel, card: NetworkCard): Promise<StoredNetwork> {
  const weights = new Map<string, NamedWeight>();
  for (const weight of model.weights) {
    const values = (await weight.read().data()) as Float32Array;
    // What the CPU backend gives is its own memory.
    weights.set(weight.originalName, { shape: weight.shape as number[], values: values.slice() });
  }
  return { card: networkCard.parse(card), weights };
}

/**
 * The files of a stored network: TensorFlow.js' `model.json` and `weights.bin`, and `card.json`.
 * @param topology what `topologyOf` gives; without it other tools read the weights but build no model
 */
export function networkParts({ card, weights }: StoredNetwork, topology?: unknown): NetworkParts {
  const list = [...weights];
  const model = {
    format: 'layers-model',
    generatedBy: 'Weft',
    convertedBy: null,
    ...(topology !== undefined && { modelTopology: topology }),
    weightsManifest: [
      {
        paths: ['weights.bin'],
        weights: list.map(([name, { shape }]) => ({ name, shape, dtype: 'float32' })),
      },
    ],
  };
  const bytes = new Uint8Array(list.reduce((sum, [, { values }]) => sum + 4 * values.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [, { values }] of list) {
    for (const value of values) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  const encode = (value: unknown) =>
    new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`);
  return { model: encode(model), weights: bytes, card: encode(card) };
}

/** A model's topology as TensorFlow.js writes it: JSON. */
export function topologyOf(model: LayersModel): unknown {
  return model.toJSON(undefined, false);
}
