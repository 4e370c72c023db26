import type { Scalar } from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import type { Vec3 } from '../../../../src/imaging/frames';
import { axisAlignedGrid } from '../../../../src/imaging/grid';
import { createCpuDevice } from '../../../../src/runtime/cpu/device';
import { createFieldOps } from '../../../../src/runtime/networks/field-ops';
import { modelOnDevice } from '../../../../src/runtime/networks/model-on-device';
import { openTensorFlow, type TensorFlow } from '../../../../src/runtime/networks/tensorflow';
import { patchContrast } from '../../../../src/runtime/networks/training/patch-contrast';
import { drawNumbers, followLoss, noise, unsettle } from '../../../support/whole-gradient';

const device = createCpuDevice({ threads: 1 });
let tf: TensorFlow;
beforeAll(async () => {
  tf = await openTensorFlow(device);
});

it.each<[string, Vec3]>([
  ['slices', [16, 16, 1]],
  ['volumes', [8, 8, 8]],
])('features of patches of %s are told apart, with their gradient', (_, size) => {
  const tensors = tf.memory().numTensors;
  const grid = axisAlignedGrid([...size], [1, 1, 1]);
  const fields = createFieldOps(tf, device);
  const settings = { channels: 2, blocks: 1, outerKernel: 3 };
  const network = { kind: 'network', architecture: 'translator', settings, seed: 1 } as const;
  const translator = modelOnDevice(tf, fields, network, grid, 'translate');
  const contrast = patchContrast(tf, translator, 3);
  tf.engine().startScope();
  const trainable = [...translator.trainable, ...contrast.heads.trainable];
  const variables = trainable.map(({ variable }) => variable);
  const drawn = drawNumbers(tf);
  unsettle(tf, variables, drawn);
  const image = tf.tensor(noise(grid, 1), [1, ...translator.sizeVoxels.toReversed(), 1]);
  const keys = contrast.keys(image, 5);
  // Other places by another draw; of each layer no place twice.
  expect(contrast.keys(image, 6)[0]?.at).not.toEqual(keys[0]?.at);
  for (const { at } of keys) expect(new Set(at).size).toBe(at.length);
  // An image is known again in itself sooner than in another one.
  const lossNow = (loss: () => Scalar) => tf.tidy(() => loss().dataSync()[0]!);
  const other = tf.tensor(noise(grid, 2), image.shape);
  const itself = lossNow(() => contrast.loss(image, keys));
  expect(itself).toBeLessThan(lossNow(() => contrast.loss(other, keys)));

  const loss = () => contrast.loss(translator.apply([image], true), keys);
  const { errors, idle } = followLoss(tf, variables, loss, drawn, { stride: 0.0003 });
  for (const error of errors) expect(error).toBeLessThan(0.01);
  expect(idle / variables.length).toBeLessThan(0.3);
  tf.engine().endScope();
  contrast.heads.dispose();
  translator.dispose();
  fields.destroy();
  expect(tf.memory().numTensors).toBe(tensors);
});
