import { beforeAll, expect, it } from 'vitest';
import { createCpuDevice } from '../../../../../src/runtime/cpu/device';
import { architectures } from '../../../../../src/runtime/networks/architectures/index';
import { openTensorFlow, type TensorFlow } from '../../../../../src/runtime/networks/tensorflow';
import { type FollowedNetwork, followGradient } from '../../../../support/whole-gradient';

const device = createCpuDevice({ threads: 1 });
let tf: TensorFlow;
beforeAll(async () => {
  tf = await openTensorFlow(device);
});

type Followed = Omit<FollowedNetwork, 'architecture'>;
const slice: Followed['sizeVoxels'] = [16, 16, 1];
const cube: Followed['sizeVoxels'] = [16, 16, 16];
const unet = { encoder: [3, 4], decoder: [4, 3, 4, 3] };
const swin = { channels: 4, fieldChannels: 1, depths: [2, 1, 1, 1], heads: [1, 2, 1, 1] };

const features = { encoder: [3, 4], channels: 3 };

const vit = {
  ...{ patch: 2, hidden: 4, blocks: 2, heads: 2, perceptron: 6, bottom: 3 },
  ...{ encoder: [3, 3, 3], decoder: [1, 1, 3, 3, 3] },
};

const translator = { channels: 2, blocks: 2, outerKernel: 3 };

/** The same settings for a slice, followed along two lines, and along one for a volume. */
const both = (settings: object, volume = cube): readonly Followed[] => [
  { settings, sizeVoxels: slice },
  { settings, sizeVoxels: volume, lines: 1 },
];

const large = (settings: object, stride?: number): readonly Followed[] => [
  { settings, sizeVoxels: [32, 32, 1], ...(stride && { stride }) },
  { settings, sizeVoxels: [32, 16, 16], lines: 1, ...(stride && { stride }) },
];

/** Every architecture, as small as it comes. */
const tried: Readonly<Record<string, readonly Followed[]>> = {
  voxelmorph: [
    ...both({ ...unet, predicts: 'velocity' }, [8, 8, 8]),
    // With what weighs the regularizer.
    ...both({ ...unet, predicts: 'velocity', localWeight: 4 }, [8, 8, 8]),
  ],
  synthmorph: both({ width: 2 }),
  symnet: both({ width: 2, rangeVoxels: 3 }),
  'lku-net': both({ width: 2 }),
  'fourier-net': both({ width: 2, predicts: 'velocity' }),
  lapirn: both({ width: 1 }, [8, 8, 16]),
  transmorph: [
    // Windows of two places, and rolls, need 64 voxels.
    { settings: swin, sizeVoxels: [64, 64, 1] },
    { settings: swin, sizeVoxels: [32, 32, 32], lines: 1 },
  ],
  hypermorph: both({ encoder: [2, 3], decoder: [3, 2, 3], layers: 2, units: 3 }, [8, 8, 8]),
  // Each block is normalized by what it is told: it bends more than others.
  'conditional-lapirn': [
    { settings: { width: 1 }, sizeVoxels: [32, 32, 1], stride: 0.0001 },
    { settings: { width: 1 }, sizeVoxels: [16, 16, 16], stride: 0.0003 },
  ],
  'dual-attention': both(unet, [8, 8, 8]),
  // So large that several keys are left.
  'td-net': large({ width: 2, depths: [1, 1, 1], strides: [3, 2, 1] }),
  // Normalized again and again on the way up, it bends more than others.
  'vit-v-net': large(vit, 0.0005),
  symtrans: large({ width: 1, depths: [1, 1, 1, 1, 1], strides: [3, 2, 1] }),
  'affine-regression': (['rigid', 'affine'] as const).flatMap((predicts) =>
    both({ predicts, encoder: [3, 4], dense: [4] }, [8, 8, 8]),
  ),
  // Features are divided by their own slopes, again and again: it bends more than others.
  'feature-encoder': [
    { settings: features, sizeVoxels: slice },
    { settings: features, sizeVoxels: [8, 8, 8], lines: 1, stride: 0.0005 },
  ],
  'rigid-agent': (['action-values', 'policy-and-value'] as const).flatMap((heads) =>
    both({ heads, encoder: [3, 4], dense: [4] }, [8, 8, 8]),
  ),
  discriminator: (['pair', 'image'] as const).flatMap((sees) =>
    both({ sees, channels: [3, 4] }, [8, 8, 8]),
  ),
  translator: [
    { settings: translator, sizeVoxels: slice },
    { settings: translator, sizeVoxels: [16, 8, 8], lines: 1, stride: 0.0003 },
  ],
};

/** Of networks whose biases stand before normalizations, as published: the share of weights on which nothing depends. */
const idleShare: Readonly<Record<string, number>> = { discriminator: 0.2, translator: 0.5 };

it('leaves out no architecture', () => {
  expect(Object.keys(tried).sort()).toEqual([...architectures.keys()].sort());
});

it.each(
  Object.entries(tried).flatMap(([architecture, followed]) =>
    followed.map((one) => ({ architecture, ...one })),
  ),
)('$architecture learns by what its loss does: $sizeVoxels', { timeout: 60_000 }, async (one) => {
  const tensors = tf.memory().numTensors;
  const { errors, idle, weights } = await followGradient(tf, device, one);
  for (const error of errors) expect(error).toBeLessThan(0.01);
  // A bias before a normalization, or of keys before a softmax, changes nothing. Most weights have to.
  expect(idle / weights).toBeLessThan(idleShare[one.architecture] ?? 0.1);
  expect(tf.memory().numTensors).toBe(tensors);
});
