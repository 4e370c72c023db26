import type { LayersModel, Tensor } from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { uniformStream } from '../../../../../src/imaging/phantoms/random';
import { createCpuDevice } from '../../../../../src/runtime/cpu/device';
import { architectures } from '../../../../../src/runtime/networks/architectures/index';
import { voxelmorph } from '../../../../../src/runtime/networks/architectures/voxelmorph';
import type { NetworkParts } from '../../../../../src/runtime/networks/files/pack-network';
import { readNetwork } from '../../../../../src/runtime/networks/files/read-network';
import { openTensorFlow, type TensorFlow } from '../../../../../src/runtime/networks/tensorflow';
import { buildNetwork, buildStoredNetwork } from '../../../../support/architecture';

let tf: TensorFlow;
beforeAll(async () => {
  tf = await openTensorFlow(createCpuDevice({ threads: 1 }));
});
beforeEach(() => tf.engine().startScope());
afterEach(() => {
  tf.engine().endScope();
  tf.disposeVariables();
});

const settings = { encoder: [2, 3], decoder: [3, 2, 4], predicts: 'velocity' };
const size = [8, 4, 12];

/** What a Keras model of arrays of `shape` exports: our layers under the names of its own. */
function exported(model: LayersModel, shape: readonly number[]): NetworkParts {
  const keras = (name: string) =>
    `vxm_dense_${name
      .replace(/encoder_(\d)/, 'unet_enc_conv_$1_0')
      // Its decoder counts levels from the largest.
      .replace(/decoder_(\d)/, (_, step) => `unet_dec_conv_${1 - Number(step)}_0`)
      .replace(/final_(\d)/, 'unet_dec_final_conv_$1')}`;
  const list = model.weights.map((weight) => ({
    name: keras(weight.originalName),
    shape: weight.shape,
    dtype: 'float32',
  }));
  const values = model.weights.flatMap((weight) => [...weight.read().dataSync()]);
  const layers = [
    { class_name: 'InputLayer', config: { batch_input_shape: [null, ...shape, 1] } },
    { class_name: 'VecInt', name: 'vxm_dense_flow_int', config: { int_steps: 7 } },
    { class_name: 'SpatialTransformer', name: 'vxm_dense_transformer', config: {} },
  ];
  const json = {
    format: 'layers-model',
    modelTopology: { model_config: { class_name: 'VxmDense', config: { layers } } },
    weightsManifest: [{ paths: ['group1-shard1of1.bin'], weights: list }],
  };
  return {
    model: new TextEncoder().encode(JSON.stringify(json)),
    weights: new Uint8Array(Float32Array.from(values).buffer),
  };
}

it.each([
  ['xyz', 1],
  ['xyz', 2],
  ['zyx', 1],
] as const)(
  'gives the field of a VoxelMorph of Keras: arrays %s, every %s voxels',
  (arrayAxes, everyVoxels) => {
    // The authors' network knows array axes alone: built for our sizes in the order of its arrays.
    const arrays = arrayAxes === 'xyz' ? size : [...size].reverse();
    const { model: theirs } = buildNetwork(tf, {
      architecture: voxelmorph,
      settings: { ...settings, everyVoxels },
      sizeVoxels: [...arrays].reverse(),
    });
    const random = uniformStream(5);
    for (const weight of theirs.trainableWeights) {
      const shape = weight.shape as number[];
      const values = Array.from({ length: weight.read().size }, () => random() - 0.5);
      weight.write(tf.tensor(values, shape));
    }
    const pair = [0, 1].map(() =>
      tf.tensor(Array.from({ length: 8 * 4 * 12 }, random), [1, ...arrays, 1]),
    );
    const field = theirs.predict(pair) as Tensor;
    // Axes x, y, z and components along them; half-resolution values in voxels of the full grid.
    const axes = arrayAxes === 'xyz' ? [0, 3, 2, 1, 4] : [0, 1, 2, 3, 4];
    const inOurAxes = field.transpose(axes).mul(everyVoxels);
    const expected = arrayAxes === 'xyz' ? inOurAxes : inOurAxes.reverse(-1);

    const stored = readNetwork(exported(theirs, arrays), architectures, { arrayAxes });
    expect(stored.card.sizeVoxels).toEqual(size);
    const { model: ours, predicts, ...built } = buildStoredNetwork(tf, stored);
    expect([predicts, built.everyVoxels]).toEqual(['velocity', everyVoxels]);
    const found = ours.predict(pair.map((image) => image.transpose(axes))) as Tensor;
    expect(found.shape).toEqual(expected.shape);
    expect(found.sub(expected).abs().max().dataSync()[0]).toBeLessThan(1e-4);
    expect(expected.abs().max().dataSync()[0]).toBeGreaterThan(0.1);
  },
);

it('refuses layers of other networks by name', () => {
  const { model } = buildNetwork(tf, { architecture: voxelmorph, settings, sizeVoxels: size });
  const parts = exported(model, size);
  const renamed = (from: string, to: string): NetworkParts => ({
    ...parts,
    model: new TextEncoder().encode(new TextDecoder().decode(parts.model).replaceAll(from, to)),
  });
  const read = (given: NetworkParts) => () => readNetwork(given, architectures);
  expect(read(renamed('unet_enc_conv_1_0', 'conv3d_1'))).toThrow('"vxm_dense_conv3d_1"');
  expect(read(renamed('unet_enc_conv_1_0', 'unet_enc_conv_0_1'))).toThrow('enc_conv_0_1');
  expect(read(renamed('vxm_dense_flow', 'vxm_dense_field'))).toThrow('"vxm_dense_field"');
  expect(read(renamed('"shape":[3,3,3,2,4]', '"shape":[3,3,3,4,2]'))).toThrow('final_conv_0');
});
