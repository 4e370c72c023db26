import { DeviceFailure } from '../devices';
import type { BufferId } from '../ir/kernel-graph';
import { type PlaneArray, planeArrays } from '../ir/values';
import { accessOf, elementTypeOf, planeCountOf } from '../ops/define-kernel';
import type { EncodedPass } from './encode';
import type { PlanMemory } from './plan-memory';

/**
 * Runs a kernel that has no WGSL: reads its buffers back, calls its CPU function, uploads.
 * @throws DeviceFailure with the pass's node where the function throws
 */
export async function runOnHost({ pass, kernel }: EncodedPass, memory: PlanMemory): Promise<void> {
  const present = pass.buffers.filter((buffer): buffer is BufferId => buffer !== null);
  const contents = await memory.read(present);
  const bytesOf = new Map(present.map((buffer, index) => [buffer, contents[index]]));
  const bound: Record<string, PlaneArray | readonly PlaneArray[] | undefined> = {};
  const uploads: [buffer: BufferId, data: PlaneArray][] = [];
  let place = 0;
  for (const [name, spec] of Object.entries(kernel.bindings)) {
    const planes: PlaneArray[] = [];
    for (let plane = 0; plane < planeCountOf(spec); plane += 1, place += 1) {
      const buffer = pass.buffers[place];
      const bytes = buffer === null || buffer === undefined ? undefined : bytesOf.get(buffer);
      if (buffer === null || buffer === undefined || bytes === undefined) continue;
      const array = new planeArrays[elementTypeOf(spec)](bytes);
      planes.push(array);
      if (accessOf(spec) !== 'read') uploads.push([buffer, array]);
    }
    bound[name] = planeCountOf(spec) === 3 && planes.length === 3 ? planes : planes[0];
  }
  try {
    // The kernel's own types were erased where it was listed.
    kernel.cpu(bound as never, pass.parameters as never, { part: 0, parts: 1 });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new DeviceFailure('kernel', message, pass.origin);
  }
  for (const [buffer, data] of uploads) memory.write(buffer, data);
}
