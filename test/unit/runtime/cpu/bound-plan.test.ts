import { describe, expect, it } from 'vitest';
import { waitsOf } from '../../../../src/runtime/cpu/bound-plan';
import type { BufferId, Pass, Work } from '../../../../src/runtime/ir/kernel-graph';
import type { Plan, SlotId } from '../../../../src/runtime/ir/plan';
import { defineKernel, type KernelDefinition } from '../../../../src/runtime/ops/define-kernel';
import type { KernelRegistry } from '../../../../src/runtime/ops/kernels';

const kernel = (name: string, sharedAmongThreads: boolean): [string, KernelDefinition] => [
  name,
  defineKernel({
    name,
    bindings: { from: 'read?', to: 'write' },
    parameters: {},
    sharedAmongThreads,
    cpu: () => undefined,
    gpu: { source: '', threads: () => 1 },
    cost: () => ({ bytes: 0, operations: 0 }),
  }),
];
const kernels: KernelRegistry = new Map([kernel('shared', true), kernel('alone', false)]);

const pass = (name: string, from: number | null, to: number): Pass => ({
  kernel: name,
  buffers: [from, to] as (BufferId | null)[],
  parameters: {},
  origin: 'node',
});

/** Which passes wait, where each buffer has the slot of its own number unless told otherwise. */
function waits(passes: readonly Work[], slotOfBuffer: readonly number[] = [0, 1, 2, 3]) {
  const plan = { slotOfBuffer: slotOfBuffer as readonly SlotId[] } as Plan;
  return waitsOf(plan, passes, ({ kernel: name }) => kernels.get(name));
}

describe('waitsOf', () => {
  it('lets the first pass wait: the first thread may just have set dials', () => {
    expect(waits([pass('shared', null, 0)])).toEqual([true]);
  });

  it('lets a pass wait for what it reads', () => {
    expect(waits([pass('shared', 0, 1), pass('shared', 1, 2)])).toEqual([true, true]);
  });

  it('lets a pass wait that writes over what others still read or write', () => {
    expect(waits([pass('shared', 0, 1), pass('shared', 2, 0)])).toEqual([true, true]);
    expect(waits([pass('shared', 0, 1), pass('shared', 2, 1)])).toEqual([true, true]);
  });

  it('lets no pass wait that touches other memory, or only reads the same', () => {
    expect(waits([pass('shared', 0, 1), pass('shared', 2, 3)])).toEqual([true, false]);
    expect(waits([pass('shared', 0, 1), pass('shared', 0, 2)])).toEqual([true, false]);
  });

  it('looks at memory, not at names: two buffers may share it', () => {
    expect(waits([pass('shared', 0, 1), pass('shared', 2, 3)], [0, 1, 1, 3])).toEqual([true, true]);
  });

  it('counts since the last wait', () => {
    const passes = [pass('shared', 0, 1), pass('shared', 1, 2), pass('shared', 0, 3)];
    expect(waits(passes)).toEqual([true, true, false]);
    expect(waits([...passes, pass('shared', null, 1)])).toEqual([true, true, false, true]);
  });

  it('lets the first thread not wait for itself, and the others wait for it', () => {
    const alone = [pass('alone', 0, 1), pass('alone', 1, 2)];
    expect(waits(alone)).toEqual([true, false]);
    expect(waits([...alone, pass('shared', 2, 3)])).toEqual([true, false, true]);
    expect(waits([pass('shared', 0, 1), pass('alone', 1, 2)])).toEqual([true, true]);
    expect(waits([...alone, pass('shared', 1, 3)])).toEqual([true, false, true]);
  });

  it('lets the first pass of a repetition wait, for the last one of the time before too', () => {
    const repeat = (...passes: Work[]): Work => ({
      kind: 'repeat',
      origin: 'node',
      label: 'inner',
      count: 2,
      passes,
    });
    // The second pass writes what the first one reads, and nothing lies between them but a wait.
    const body = [pass('shared', 0, 1), pass('shared', 2, 0)];
    expect(waits([pass('shared', 2, 3), repeat(...body)])).toEqual([true, true, true]);
    expect(waits([repeat(pass('shared', 0, 1)), pass('shared', 0, 2)])).toEqual([true, false]);
    expect(waits([repeat(pass('shared', 0, 1)), pass('shared', 1, 2)])).toEqual([true, true]);
    expect(waits([repeat(repeat(pass('alone', 0, 1)))])).toEqual([true]);
  });
});
