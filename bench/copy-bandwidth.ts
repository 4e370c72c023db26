import type { Device } from '../src/runtime/devices';
import type { BufferId, Pass } from '../src/runtime/ir/kernel-graph';
import type { Plan, SlotId } from '../src/runtime/ir/plan';
import { copyKernel } from '../src/runtime/ops/loop/loop-kernels';
import { timeOnDevice } from './pass-times';
import { type Spread, spreadOf } from './statistics';

/** Larger than any cache: 128 MiB to read and 128 MiB to write, the smallest binding limit. */
const elements = 2 ** 25;

/**
 * Bytes a second, read and written together, of the device's own `copy` kernel on all its threads:
 * the measure that other kernels are held against.
 */
export async function measureCopyBandwidth(device: Device, quick: boolean): Promise<Spread> {
  const count = quick ? elements / 16 : elements;
  const secondsOf = async (copies: number): Promise<number> => {
    const { steps } = await timeOnDevice(device, copyPlan(count, copies), undefined, false);
    return steps[0] ?? Number.NaN;
  };
  await secondsOf(1);
  const once = await secondsOf(1);
  // Long enough that starting the work does not count.
  const copies = Math.max(1, Math.min(400, Math.ceil(0.3 / once)));
  const { bytes } = copyKernel.cost({ count });
  const measured: number[] = [];
  for (let repetition = 0; repetition < (quick ? 3 : 5); repetition += 1) {
    measured.push((bytes * copies) / (await secondsOf(copies)));
  }
  return spreadOf(measured);
}

function copyPlan(count: number, copies: number): Plan {
  const buffer = (index: number) => index as BufferId;
  const pass: Pass = {
    kernel: copyKernel.name,
    buffers: [buffer(0), buffer(1)],
    parameters: { count },
    origin: 'copy',
  };
  return {
    buffers: ['from', 'to'].map((label) => ({
      elements: count,
      type: 'f32',
      role: 'scratch',
      label,
    })),
    steps: [{ kind: 'program', origin: 'copy', passes: new Array<Pass>(copies).fill(pass) }],
    buffersOfValue: new Map(),
    inputs: [],
    dials: [],
    constants: [],
    results: [],
    slots: [{ bytes: 4 * count }, { bytes: 4 * count }],
    slotOfBuffer: [0 as SlotId, 1 as SlotId],
    arrivals: new Map(),
    peakBytes: 8 * count,
  };
}
