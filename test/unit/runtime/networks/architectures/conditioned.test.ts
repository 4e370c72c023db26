import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCpuDevice } from '../../../../../src/runtime/cpu/device';
import { conditionalLapIrn } from '../../../../../src/runtime/networks/architectures/conditional-lapirn';
import { hypermorph } from '../../../../../src/runtime/networks/architectures/hypermorph';
import { createFieldOps, type FieldOps } from '../../../../../src/runtime/networks/field-ops';
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
    ['HyperMorph, slices', hypermorph, smallUnet, [8, 12]],
    ['HyperMorph, volumes', hypermorph, { ...smallUnet, predicts: 'displacement' }, [4, 8, 4]],
    ['conditional LapIRN, slices', conditionalLapIrn, { width: 1 }, [16, 16]],
  ])('keep what an architecture promises: %s', (_, architecture, settings, sizeVoxels) => {
    expectArchitecture(tf, { architecture, settings, sizeVoxels, fieldOps });
  });

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
});
