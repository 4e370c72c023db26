import { mapDataValues } from '../../compile/data-values';
import { keptKey, partKey } from '../../compile/lower';
import type { Execution } from '../../devices';
import type { HeldPlane } from '../../held-plane';
import type { Plan } from '../../ir/plan';
import type { PlaneArray } from '../../ir/values';
import type { Prepared } from '../prepare-recipe';

/** Gives an execution the numbers of its loaders and what earlier runs left. */
export async function writeInputs(
  execution: Execution,
  plan: Plan,
  { inputs, kept }: Prepared,
): Promise<void> {
  const byKey = new Map<string, readonly (PlaneArray | HeldPlane)[]>();
  for (const [nodeId, { descriptor, numbers }] of inputs) {
    mapDataValues(descriptor, (id, part) => {
      byKey.set(partKey(nodeId, descriptor.kind, part), numbers.get(id) ?? []);
      return id;
    });
  }
  for (const [nodeId, { data }] of kept) {
    for (const [value, planes] of [...data.scalars, ...data.fields]) {
      byKey.set(keptKey(nodeId, value), planes);
    }
  }
  for (const { value, key } of plan.inputs) {
    const planes = byKey.get(key) ?? [];
    for (const [index, buffer] of (plan.buffersOfValue.get(value) ?? []).entries()) {
      const plane = planes[index];
      if (!plane) continue;
      if ('read' in plane) await execution.take(buffer, plane);
      else execution.write(buffer, plane);
    }
  }
}
