import { beforeAll, expect, it } from 'vitest';
import { createCpuDevice } from '../../../../../src/runtime/cpu/device';
import { rigidAgent } from '../../../../../src/runtime/networks/architectures/rigid-agent';
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

it.each([
  ['slices, action values', [16, 13], 'action-values'],
  ['slices, policy and value', [16, 12], 'policy-and-value'],
  ['volumes, action values', [8, 7, 5], 'action-values'],
  ['volumes, policy and value', [8, 8, 8], 'policy-and-value'],
] as const)('keeps what an architecture promises: %s', (_, sizeVoxels, heads) => {
  const settings = { heads, encoder: [3, 4], dense: [5] };
  expectArchitecture(tf, { architecture: rigidAgent, settings, sizeVoxels });
});

it('says how much is left to gain beside its policy', () => {
  const tried = { architecture: rigidAgent, settings: { heads: 'policy-and-value' } };
  const { model } = buildNetwork(tf, { ...tried, sizeVoxels: [16, 16, 16] });
  expect(model.outputs.map(({ shape }) => shape)).toEqual([
    [null, 12],
    [null, 1],
  ]);
  model.dispose();
});

it.each([
  ['action-values', 12],
  ['policy-and-value', 13],
] as const)('has its number of parameters: %s', (heads, numbers) => {
  // By hand: kernels and biases of the convolutions, of four moments of 64 channels to 128, of 128 to what it says.
  const convolutions = [2, 16, 32, 64, 64];
  const encoder = convolutions.slice(1).reduce((sum, out, i) => {
    return sum + (27 * convolutions[i]! + 1) * out;
  }, 0);
  const tried = { architecture: rigidAgent, settings: { heads }, sizeVoxels: [32, 32, 32] };
  expect(countParameters(tf, tried)).toBe(encoder + (4 * 64 + 1) * 128 + 129 * numbers);
});
