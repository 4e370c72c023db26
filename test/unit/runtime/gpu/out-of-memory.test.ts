import { describe, expect, it } from 'vitest';
import { GpuDevice } from '../../../../src/runtime/gpu/device';
import type { SlotId } from '../../../../src/runtime/ir/plan';

class GPUOutOfMemoryError {
  readonly message = 'Not enough memory left.';
}

/** A device that makes buffers and says afterwards that there was no memory for them. */
function exhausted() {
  const counts = { made: 0, destroyed: 0 };
  const device = {
    limits: { maxBufferSize: 2 ** 30, maxStorageBufferBindingSize: 2 ** 30 },
    lost: new Promise(() => undefined),
    addEventListener: () => undefined,
    createBuffer() {
      counts.made += 1;
      return {
        destroy() {
          counts.destroyed += 1;
        },
      };
    },
    pushErrorScope: () => undefined,
    popErrorScope: async () => (counts.made > 0 ? new GPUOutOfMemoryError() : null),
  };
  return { counts, device: new GpuDevice(device as unknown as GPUDevice, 'Small', undefined) };
}

describe('a graphics device without memory left', () => {
  it('fails as out of memory and gives back what it had made', async () => {
    const { counts, device } = exhausted();
    const count = 44;
    const plan = {
      buffers: Array.from({ length: count }, (_, i) => ({
        elements: 1000,
        type: 'f32' as const,
        role: 'value' as const,
        label: `b${i}`,
      })),
      steps: [],
      buffersOfValue: new Map(),
      inputs: [],
      dials: [],
      constants: [],
      results: [],
      slots: Array.from({ length: count }, () => ({ bytes: 4000 })),
      slotOfBuffer: Array.from({ length: count }, (_, i) => i as SlotId),
      arrivals: new Map(),
      peakBytes: 4000 * count,
    };
    await expect(device.prepare(plan)).rejects.toMatchObject({
      name: 'DeviceFailure',
      reason: 'out-of-memory',
    });
    expect(counts).toEqual({ made: count, destroyed: count });
  });
});
