import { beforeAll, describe, expect, it } from 'vitest';
import { createCpuDevice } from '../../../../../src/runtime/cpu/device';
import { memoryOfNetwork } from '../../../../../src/runtime/networks/architectures/memory-of-network';
import { voxelmorph } from '../../../../../src/runtime/networks/architectures/voxelmorph';
import { openTensorFlow, type TensorFlow } from '../../../../../src/runtime/networks/tensorflow';
import {
  buildNetwork,
  countParameters,
  expectArchitecture,
} from '../../../../support/architecture';

let tf: TensorFlow;
beforeAll(async () => {
  tf = await openTensorFlow(createCpuDevice({ threads: 1 }));
});

const small = { encoder: [2, 3], decoder: [3, 2, 3, 2] };

describe('VoxelMorph', () => {
  it.each([
    ['slices', [8, 12], { ...small, predicts: 'displacement' }],
    ['volumes', [8, 4, 12], { ...small, predicts: 'displacement' }],
    ['half the samples of a slice', [8, 12], { ...small, predicts: 'velocity', logVariance: true }],
    ['half the samples of a volume', [8, 4, 12], { ...small, predicts: 'velocity' }],
  ])('keeps what an architecture promises: %s', (_, sizeVoxels, settings) => {
    expectArchitecture(tf, { architecture: voxelmorph, settings, sizeVoxels });
  });

  it('has the published number of parameters', () => {
    const count = (sizeVoxels: readonly number[], settings = {}) =>
      countParameters(tf, { architecture: voxelmorph, settings, sizeVoxels });
    // 327 331 is what PyTorch and Keras count for the authors' default network of volumes.
    expect(count([16, 16, 16])).toBe(327_331);
    // Encoder; the deepest convolution, three of 32 + 32 channels, one of 32 where the skip of 16 is
    // gone; two at the end; the field.
    const [encoder, decoder] = [880 + 13_856 + 2 * 27_680, 27_680 + 3 * 55_328 + 27_680];
    expect(count([16, 16, 16], { predicts: 'velocity' })).toBe(
      encoder + decoder + 13_840 + 6_928 + 1_299,
    );
    // The same with 9 in place of 27 and 2 components.
    expect(count([16, 16])).toBe(
      304 + 4_640 + 3 * 9_248 + 3 * 18_464 + 13_856 + 4_624 + 2_320 + 290,
    );
  });

  it('begins with a field of about nothing', () => {
    const { model } = buildNetwork(tf, {
      architecture: voxelmorph,
      settings: small,
      sizeVoxels: [8, 8],
    });
    const kernel =
      model.getLayer('flow').getWeights()[0]?.dataSync<'float32'>() ?? new Float32Array();
    const deviation = Math.sqrt(kernel.reduce((sum, w) => sum + w * w, 0) / kernel.length);
    expect(deviation).toBeGreaterThan(3e-6);
    expect(deviation).toBeLessThan(3e-5);
    model.dispose();
  });

  it('predicts the memory of a step from shapes', () => {
    const { model } = buildNetwork(tf, {
      architecture: voxelmorph,
      settings: { encoder: [2], decoder: [3, 2] },
      sizeVoxels: [4, 4],
    });
    const memory = memoryOfNetwork(model);
    // Convolutions and activations twice each: 16·2, 4·3, 16·2; images 16 + 16 and both 32; pool 4·2;
    // up 16·3 and skip 16·5; field 16·2.
    const floats = 2 * (32 + 12 + 32) + 32 + 32 + 8 + 48 + 80 + 32;
    expect(memory.activationBytes).toBe(4 * floats);
    expect(memory.weightBytes).toBe(4 * (19 * 2 + 19 * 3 + 46 * 2 + 19 * 2));
    expect(memory.trainingBytes).toBe(4 * memory.weightBytes + 4 * floats + 4 * 3 * 80);
    expect(memory.predictionBytes).toBeLessThan(memory.weightBytes + memory.activationBytes);
    model.dispose();
  });
});
