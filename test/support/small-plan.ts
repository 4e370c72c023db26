import type { BufferId, Pass, Step, VirtualBuffer } from '../../src/runtime/ir/kernel-graph';
import type { Plan, SlotId } from '../../src/runtime/ir/plan';

/** A plan of one step a list of passes, every buffer with memory of its own. */
export function planOf(
  buffers: readonly (readonly [number, VirtualBuffer['type']])[],
  ...steps: Step[]
): Plan {
  const slots = buffers.map(([elements]) => ({ bytes: 4 * elements }));
  return {
    buffers: buffers.map(([elements, type], i) => ({
      elements,
      type,
      role: 'value',
      label: `b${i}`,
    })),
    steps,
    buffersOfValue: new Map(),
    inputs: [],
    dials: [],
    constants: [],
    results: [],
    slots,
    slotOfBuffer: slots.map((_, i) => i as SlotId),
    arrivals: new Map(),
    peakBytes: slots.reduce((sum, slot) => sum + slot.bytes, 0),
  };
}

/** The buffer of that number. */
export const id = (n: number): BufferId => n as BufferId;

/** A program whose passes and step are one node's. */
export function program(...passes: readonly Omit<Pass, 'origin'>[]): Step {
  return {
    kind: 'program',
    origin: 'node',
    passes: passes.map((pass) => ({ ...pass, origin: 'node' })),
  };
}
