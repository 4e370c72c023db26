import { beforeAll, describe, expect, it } from 'vitest';
import { createCpuDevice } from '../../../../../src/runtime/cpu/device';
import { discriminator } from '../../../../../src/runtime/networks/architectures/discriminator';
import {
  featureLayers,
  translator,
} from '../../../../../src/runtime/networks/architectures/translator';
import { openTensorFlow, type TensorFlow } from '../../../../../src/runtime/networks/tensorflow';
import {
  buildNetwork,
  countParameters,
  expectArchitecture,
} from '../../../../support/architecture';

const device = createCpuDevice({ threads: 1 });
let tf: TensorFlow;
beforeAll(async () => {
  tf = await openTensorFlow(device);
});

/** Numbers of a convolution with its bias. */
const convolution = (taps: number, from: number, to: number) => (taps * from + 1) * to;

describe('a discriminator', () => {
  it.each([
    ['pairs of slices', 'pair', [16, 13]],
    ['slices', 'image', [16, 12]],
    ['volumes', 'image', [8, 7, 5]],
  ] as const)('keeps what an architecture promises: %s', (_, sees, sizeVoxels) => {
    expectArchitecture(tf, {
      architecture: discriminator,
      settings: { sees, channels: [3, 4, 4] },
      sizeVoxels,
    });
  });

  it('has the number of parameters of its layer table', () => {
    // As CycleGAN's, with 9 taps in place of 16, and one channel an image in place of three.
    const channels = [2, 64, 128, 256, 512, 1];
    const wanted = channels
      .slice(1)
      .reduce((sum, to, i) => sum + convolution(9, channels[i]!, to), 0);
    const tried = { architecture: discriminator, settings: {}, sizeVoxels: [32, 32] };
    expect(countParameters(tf, tried)).toBe(wanted);
  });
});

describe('a translator', () => {
  it.each([
    ['slices', [16, 12]],
    ['volumes', [8, 8, 8]],
  ] as const)('keeps what an architecture promises: %s', (_, sizeVoxels) => {
    expectArchitecture(tf, {
      architecture: translator,
      settings: { channels: 2, blocks: 1, outerKernel: 3 },
      sizeVoxels,
    });
  });

  it('has the published number of parameters, but for what channels of colour are', () => {
    // 11 378 179 for images of three channels, in and out; here it is one.
    const wanted = 11_378_179 - 2 * 49 * 64 - (2 * 49 * 64 + 2);
    const tried = { architecture: translator, settings: {}, sizeVoxels: [32, 32] };
    expect(countParameters(tf, tried)).toBe(wanted);
  });

  it('has the layers at which features are looked at', () => {
    const settings = translator.settings.parse({ channels: 2, blocks: 3, outerKernel: 3 });
    const { model } = buildNetwork(tf, {
      ...{ architecture: translator, settings },
      sizeVoxels: [16, 16],
    });
    const sizes = featureLayers(settings).map((name) => {
      const { shape } = model.getLayer(name).output as (typeof model.outputs)[0];
      return shape.slice(1);
    });
    expect(sizes).toEqual([
      [8, 8, 4],
      [4, 4, 8],
      [4, 4, 8],
      [4, 4, 8],
    ]);
    model.dispose();
  });
});
