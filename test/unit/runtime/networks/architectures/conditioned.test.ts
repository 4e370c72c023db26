import type { Scalar, Tensor } from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axisAlignedGrid } from '../../../../../src/imaging/grid';
import { uniformStream } from '../../../../../src/imaging/phantoms/random';
import { createCpuDevice } from '../../../../../src/runtime/cpu/device';
import { conditionalLapIrn } from '../../../../../src/runtime/networks/architectures/conditional-lapirn';
import { hypermorph } from '../../../../../src/runtime/networks/architectures/hypermorph';
import { createFieldOps, type FieldOps } from '../../../../../src/runtime/networks/field-ops';
import { networkOnDevice } from '../../../../../src/runtime/networks/network-on-device';
import { openTensorFlow, type TensorFlow } from '../../../../../src/runtime/networks/tensorflow';
import { countParameters, expectArchitecture } from '../../../../support/architecture';

const device = createCpuDevice({ threads: 1 });
let tf: TensorFlow;
let fieldOps: FieldOps;
beforeAll(async () => {
  tf = await openTensorFlow(device);
  fieldOps = createFieldOps(tf, device);
});
afterAll(() => fieldOps.destroy());

const smallUnet = { encoder: [2, 3], decoder: [3, 2, 3], layers: 2, units: 3 };

describe('networks that are told how much regularization counts', () => {
  it.each([
    ['HyperMorph, slices', hypermorph, smallUnet, [8, 12], 2],
    ['HyperMorph, volumes', hypermorph, { ...smallUnet, predicts: 'displacement' }, [4, 8, 4], 1],
    ['conditional LapIRN, slices', conditionalLapIrn, { width: 1 }, [16, 16], 1],
  ])(
    'keep what an architecture promises: %s',
    (_, architecture, settings, sizeVoxels, gradients) => {
      expectArchitecture(tf, { architecture, settings, sizeVoxels, fieldOps, gradients });
    },
  );

  it('have the parameters of their tables', () => {
    const count = (architecture: typeof hypermorph, sizeVoxels: readonly number[], settings = {}) =>
      countParameters(tf, { architecture, settings, sizeVoxels, fieldOps });
    const unet = [
      880, 13_856, 27_680, 27_680, 27_680, 55_328, 55_328, 55_328, 27_680, 13_840, 6_928,
    ];
    const generated = unet.reduce((a, b) => a + b);
    const hyper = 2 * 8 + (8 * 8 + 8);
    // Of each number of the U-Net's a linear map of the code; the field's own convolution as it is.
    expect(count(hypermorph, [16, 16, 16], { layers: 2, units: 8 })).toBe(
      hyper + 9 * generated + 1_299,
    );
    // LapIRN's and, three times five blocks, four layers of 64 and two normalizations of 28 channels.
    const block = 2 * 64 + 3 * (64 * 64 + 64) + 2 * (64 * 56 + 56);
    expect(count(conditionalLapIrn as never, [16, 16, 16])).toBe(923_748 + 15 * block);
    expect(923_748 + 15 * block).toBe(1_222_068);
  });

  // Through the network, its velocity and a warp; along the gradient, where all weights move at once.
  it.each([
    ['hypermorph', smallUnet, [12, 8, 1]],
    ['hypermorph', smallUnet, [8, 8, 8]],
    ['conditional-lapirn', { width: 1, range: 0.05 }, [32, 32, 1]],
    ['conditional-lapirn', { width: 1, range: 0.05 }, [16, 16, 16]],
  ] as const)('have gradients in all their weights: %s, %o, %o', (architecture, settings, size) => {
    const grid = axisAlignedGrid([...size], [1.5, 1, 2]);
    const value = { kind: 'network', architecture, settings, seed: 1 } as const;
    const network = networkOnDevice(tf, fieldOps, value, grid);
    const pair = { fixed: waves(size, 1), moving: waves(size, 2) };
    const shape = [1, ...[...size].reverse().filter((n) => n > 1), 1];
    const [fixed, moving] = [tf.tensor(pair.fixed, shape), tf.tensor(pair.moving, shape)];
    const variables = network.trainable.map(({ variable }) => variable);
    const random = uniformStream(4);
    for (const variable of variables) {
      tf.tidy(() => {
        const noise = Float32Array.from({ length: variable.size }, () => 0.02 * (random() - 0.5));
        variable.assign(variable.clipByValue(-1, 1).add(tf.tensor(noise, variable.shape)));
      });
    }
    const loss = (): Scalar => {
      const field = network.displacement(pair, true, 0.3);
      const difference = fieldOps.warp(moving, field).sub(fixed);
      return difference.square().mean().add(field.square().mean().mul(0.1)).asScalar();
    };
    const { value: first, grads } = tf.variableGrads(loss, variables);
    const gradients = variables.map(({ name }) => grads[name] as Tensor);
    const lengths = gradients.map((gradient) => gradient.norm().dataSync()[0]!);
    for (const [index, length] of lengths.entries()) {
      expect(length, network.trainable[index]?.name).toBeGreaterThan(0);
    }
    const length = Math.hypot(...lengths);
    const start = variables.map((variable) => variable.clone());
    const at = (step: number): number =>
      tf.tidy(() => {
        for (const [index, variable] of variables.entries()) {
          variable.assign(start[index]!.add(gradients[index]!.mul(step / length)));
        }
        return loss().dataSync()[0]!;
      });
    const errors = [1e-5, 1e-4, 1e-3].map(
      (step) => Math.abs((at(step) - at(-step)) / (2 * step) - length) / length,
    );
    expect(Math.min(...errors), String(errors)).toBeLessThan(0.01);
    tf.dispose([first, ...gradients, ...start, fixed, moving]);
    network.dispose();
  });
});

/** Waves and a little noise, about 0 to 1. */
function waves([nx, ny, nz]: readonly [number, number, number], seed: number): Float32Array {
  const random = uniformStream(seed);
  return Float32Array.from({ length: nx * ny * nz }, (_, i) => {
    const [x, y, z] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / nx / ny)];
    const wave =
      Math.sin(0.9 * x + seed) + Math.sin(0.7 * y + 2 * seed) + Math.sin(0.8 * z + x / 2);
    return 0.5 + 0.14 * wave + 0.06 * (random() - 0.5);
  });
}
