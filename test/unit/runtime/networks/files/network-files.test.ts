import { beforeAll, describe, expect, it } from 'vitest';
import { createCpuDevice } from '../../../../../src/runtime/cpu/device';
import { hypermorph } from '../../../../../src/runtime/networks/architectures/hypermorph';
import { architectures } from '../../../../../src/runtime/networks/architectures/index';
import { voxelmorph } from '../../../../../src/runtime/networks/architectures/voxelmorph';
import type { NetworkCard } from '../../../../../src/runtime/networks/files/card';
import { NetworkFileProblem } from '../../../../../src/runtime/networks/files/network-file-problem';
import {
  type NetworkParts,
  packNetwork,
  unpackNetwork,
} from '../../../../../src/runtime/networks/files/pack-network';
import { readNetwork } from '../../../../../src/runtime/networks/files/read-network';
import { networkParts, topologyOf } from '../../../../../src/runtime/networks/files/save-network';
import type { StoredNetwork } from '../../../../../src/runtime/networks/files/stored-network';
import { openTensorFlow, type TensorFlow } from '../../../../../src/runtime/networks/tensorflow';
import { buildNetwork, buildStoredNetwork, weightsOf } from '../../../../support/architecture';

const settings = { encoder: [2, 3], decoder: [3, 2, 3] };
const card: NetworkCard = {
  format: 'weft-network',
  version: 1,
  architecture: 'voxelmorph',
  settings,
  sizeVoxels: [8, 8],
  spacingMm: [1, 1.5],
  orientation: 'RAS',
  normalization: { method: 'percentiles', lower: 0, upper: 99 },
  training: {
    recipeSha256: 'a'.repeat(64),
    data: 'generated images',
    seed: 1,
    steps: 10,
    validation: { dice: 0.75 },
  },
  licence: 'MIT',
};

let tf: TensorFlow;
let stored: StoredNetwork;
let parts: NetworkParts;
let file: Uint8Array;
beforeAll(async () => {
  tf = await openTensorFlow(createCpuDevice({ threads: 1 }));
  const { model } = buildNetwork(tf, { architecture: voxelmorph, settings, sizeVoxels: [8, 8] });
  stored = { card, weights: weightsOf(model), topology: topologyOf(model) };
  parts = networkParts(stored);
  file = packNetwork(parts);
  model.dispose();
});

/** A change of `model.json` or of `card.json`. */
function changed(part: 'model' | 'card', from: string, to: string): NetworkParts {
  const text = new TextDecoder().decode(parts[part]);
  expect(text).toContain(from);
  return { ...parts, [part]: new TextEncoder().encode(text.replace(from, to)) };
}

const read = (given: NetworkParts) => readNetwork(given, architectures);

describe('a file of a network', () => {
  it('gives back card and weights to the bit, for its own size and for others', () => {
    const again = read(unpackNetwork(file));
    expect(again).toEqual(stored);
    const before = tf.memory().numTensors;
    for (const sizeVoxels of [card.sizeVoxels, [16, 4]]) {
      const { model } = buildStoredNetwork(tf, again, sizeVoxels);
      expect(weightsOf(model)).toEqual(stored.weights);
      model.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('gives back a network that is told how much regularization counts', () => {
    const told = { encoder: [2], decoder: [2], layers: 1, units: 3 };
    const { model } = buildNetwork(tf, {
      architecture: hypermorph,
      settings: told,
      sizeVoxels: [4, 4],
    });
    const conditioned = { ...card, architecture: 'hypermorph', settings: told, sizeVoxels: [4, 4] };
    const given = { card: conditioned, weights: weightsOf(model), topology: topologyOf(model) };
    const again = read(unpackNetwork(packNetwork(networkParts(given))));
    const built = buildStoredNetwork(tf, again, [8, 4]).model;
    expect(built.inputNames).toEqual(['moving', 'fixed', 'regularization']);
    expect(weightsOf(built)).toEqual(given.weights);
    model.dispose();
    built.dispose();
  });

  it('is what TensorFlow.js writes, and the same for the same network', () => {
    const { weightsManifest, modelTopology } = JSON.parse(new TextDecoder().decode(parts.model));
    expect(weightsManifest[0].weights[0]).toEqual({
      name: 'encoder_0/kernel',
      shape: [3, 3, 2, 2],
      dtype: 'float32',
    });
    expect(modelTopology.config.layers[0].class_name).toBe('InputLayer');
    expect(packNetwork(parts)).toEqual(file);
  });

  it('is refused where it is cut off, and never silently changed by a flipped bit', () => {
    for (let i = 0; i < 30; i += 1) {
      const cut = file.slice(0, Math.floor((i * file.length) / 30));
      expect(() => read(unpackNetwork(cut))).toThrow(NetworkFileProblem);
    }
    let refused = 0;
    for (let i = 0; i < 200; i += 1) {
      const flipped = file.slice();
      const at = Math.floor((i * file.length) / 200);
      flipped[at] = (flipped[at] as number) ^ (1 << (i % 8));
      try {
        expect(read(unpackNetwork(flipped))).toEqual(stored);
      } catch (error) {
        expect(error).toBeInstanceOf(NetworkFileProblem);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(150);
  });

  it.each([
    [
      'quantized numbers',
      'foreign',
      () =>
        changed(
          'model',
          '"name": "encoder_0/kernel"',
          '"quantization": {}, "name": "encoder_0/kernel"',
        ),
    ],
    [
      'another number format',
      'foreign',
      () => {
        const json = JSON.parse(new TextDecoder().decode(parts.model));
        json.weightsManifest[0].weights[2].dtype = 'float16';
        return { ...parts, model: new TextEncoder().encode(JSON.stringify(json)) };
      },
    ],
    [
      'declared sizes beyond the limit',
      'too-large',
      () => changed('model', '"shape": [\n      3', '"shape": [\n      99999999'),
    ],
    ['fewer bytes than declared', 'damaged', () => ({ ...parts, weights: parts.weights.slice(4) })],
    ['a prototype as a key', 'damaged', () => changed('card', '"seed"', '"__proto__"')],
    [
      'an architecture that is not known',
      'foreign',
      () => changed('card', 'voxelmorph', 'voxelmorf'),
    ],
    ['settings that are none', 'foreign', () => changed('card', '"decoder"', '"decode"')],
    ['a spacing of other axes', 'damaged', () => changed('card', '\n  1.5', '\n  1.5, 1')],
    ['a layer twice', 'damaged', () => changed('model', 'encoder_1/kernel', 'encoder_0/kernel')],
    ['no JSON', 'damaged', () => ({ ...parts, model: parts.weights })],
    [
      'what is not a number',
      'not-finite',
      () => {
        const weights = parts.weights.slice();
        new DataView(weights.buffer).setFloat32(8, Number.NaN, true);
        return { ...parts, weights };
      },
    ],
  ] as const)('is refused for %s', (_, reason, make) => {
    expect(() => read(make())).toThrow(expect.objectContaining({ reason }));
  });

  it('is refused by the layer that does not fit', () => {
    const other = { ...stored, card: { ...card, settings: { ...settings, encoder: [2, 4] } } };
    const before = tf.memory().numTensors;
    expect(() => buildStoredNetwork(tf, other)).toThrow(
      'Layer "encoder_1", kernel: expected [3,3,2,4], found [3,3,2,3].',
    );
    const fewer = new Map([...stored.weights].slice(1));
    expect(() => buildStoredNetwork(tf, { card, weights: fewer })).toThrow(
      'Layer "encoder_0", kernel: expected [3,3,2,2], found nothing.',
    );
    const more = new Map([
      ...stored.weights,
      ['extra/kernel', { shape: [0], values: new Float32Array() }],
    ]);
    expect(() => buildStoredNetwork(tf, { card, weights: more })).toThrow(
      'Layer "extra", kernel: expected nothing',
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is not unpacked where it declares more than is read', () => {
    const huge = file.slice();
    const view = new DataView(huge.buffer);
    // The size of the second entry, in the central directory and in its own header.
    for (let at = 0; at < huge.length - 4; at += 1) {
      const signature = view.getUint32(at, true);
      if (signature === 0x02014b50) view.setUint32(at + 24, 0x7fffffff, true);
      if (signature === 0x04034b50) view.setUint32(at + 22, 0x7fffffff, true);
    }
    expect(() => unpackNetwork(huge)).toThrow(expect.objectContaining({ reason: 'too-large' }));
  });
});
