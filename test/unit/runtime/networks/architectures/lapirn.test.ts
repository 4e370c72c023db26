import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCpuDevice } from '../../../../../src/runtime/cpu/device';
import { lapirn } from '../../../../../src/runtime/networks/architectures/lapirn';
import { createFieldOps, type FieldOps } from '../../../../../src/runtime/networks/field-ops';
import { openTensorFlow, type TensorFlow } from '../../../../../src/runtime/networks/tensorflow';
import { countParameters, expectArchitecture } from '../../../../support/architecture';

let tf: TensorFlow;
let fieldOps: FieldOps;
beforeAll(async () => {
  const device = createCpuDevice({ threads: 1 });
  tf = await openTensorFlow(device);
  fieldOps = createFieldOps(tf, device);
});
afterAll(() => fieldOps.destroy());

describe('LapIRN', () => {
  it.each([
    ['slices', [16, 24], 'velocity'],
    ['volumes', [8, 16, 8], 'velocity'],
    ['slices, by displacements', [16, 24], 'displacement'],
  ])('keeps what an architecture promises: %s', (_, sizeVoxels, predicts) => {
    const settings = { width: 1, predicts };
    expectArchitecture(tf, { architecture: lapirn, settings, sizeVoxels, fieldOps });
  });

  it('has the published number of parameters', () => {
    const tried = { architecture: lapirn, settings: {}, sizeVoxels: [16, 16, 16], fieldOps };
    expect(countParameters(tf, tried)).toBe(923_748);
  });

  it('says that it needs field ops', () => {
    const tried = { architecture: lapirn, settings: {}, sizeVoxels: [16, 16, 16] };
    expect(() => countParameters(tf, tried)).toThrow('field ops');
  });
});
