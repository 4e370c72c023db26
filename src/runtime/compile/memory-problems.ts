import type { Diagnostic } from '../api/engine/diagnostics';
import { messages } from '../api/engine/messages';
import type { DeviceLimits } from '../devices';
import type { Plan, SlotId } from '../ir/plan';
import { passesIn } from '../ir/repeats';

/**
 * Whether a plan fits a device: an error where it does not, a warning where it probably does not.
 * @param otherDevices what else a recipe could run on, for the remedy
 */
export function memoryProblems(
  plan: Plan,
  limits: DeviceLimits,
  otherDevices: readonly string[],
): readonly Diagnostic[] {
  const largest = largestBuffers(plan);
  const largestSlot = plan.slots.reduce((most, slot) => Math.max(most, slot.bytes), 0);
  const { maxBufferBytes, maxTotalBytes, likelyTotalBytes } = limits;
  if (largestSlot > maxBufferBytes) {
    const nodeId = largest[0]?.label.split(/[./]/)[0];
    return [messages.outOfMemory(largestSlot, maxBufferBytes, largest, nodeId, otherDevices)];
  }
  const { peakBytes } = plan;
  if (maxTotalBytes !== undefined && peakBytes > maxTotalBytes) {
    const nodeId = hungriestNode(plan);
    return [messages.outOfMemory(peakBytes, maxTotalBytes, largest, nodeId, otherDevices)];
  }
  if (likelyTotalBytes !== undefined && peakBytes > likelyTotalBytes) {
    const nodeId = hungriestNode(plan);
    return [messages.muchMemory(peakBytes, likelyTotalBytes, largest, nodeId, otherDevices)];
  }
  return [];
}

/** The five largest buffers of a plan, for people. */
export function largestBuffers(
  plan: Plan,
): readonly { readonly label: string; readonly bytes: number }[] {
  return plan.buffers
    .filter(({ within }) => within === undefined)
    .map((buffer) => ({ label: buffer.label, bytes: buffer.elements * 4 }))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, 5);
}

/** The node whose passes touch the most memory. */
function hungriestNode(plan: Plan): string | undefined {
  const slotsOf = new Map<string, Set<SlotId>>();
  for (const { origin, buffers } of plan.steps.flatMap((step) => passesIn(step.passes))) {
    const slots = slotsOf.get(origin) ?? new Set();
    for (const buffer of buffers)
      if (buffer !== null) slots.add(plan.slotOfBuffer[buffer] as SlotId);
    slotsOf.set(origin, slots);
  }
  const bytes = (slots: ReadonlySet<SlotId>): number =>
    [...slots].reduce((sum, slot) => sum + (plan.slots[slot]?.bytes ?? 0), 0);
  return [...slotsOf].sort(([, a], [, b]) => bytes(b) - bytes(a))[0]?.[0];
}
