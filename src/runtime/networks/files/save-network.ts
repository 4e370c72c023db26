import type { LayersModel } from '@tensorflow/tfjs';
import type { NetworkParts } from './pack-network';
import type { StoredNetwork } from './stored-network';

/**
 * The files of a stored network: TensorFlow.js' `model.json` and `weights.bin`, and `card.json`. Without its topology other
 * tools read the weights but build no model.
 */
export function networkParts({ card, weights, topology }: StoredNetwork): NetworkParts {
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
