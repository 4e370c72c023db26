import type { BufferId } from '../ir/kernel-graph';
import type { ValueId } from '../ir/values';
import type { BufferTable } from './buffer-table';
import { isBornAfter } from './pass-buffers';
import type { PassList } from './pass-list';

/**
 * Brings the body's last values into the carried buffers. Where a value is born in the body after
 * the last pass that touches the carried buffers, its buffers simply become the carried ones;
 * otherwise it is copied.
 * @param firstOfBody buffers from this one on were made by the body
 */
export function carryOver(
  table: BufferTable,
  list: PassList,
  carried: readonly ValueId[],
  next: readonly ValueId[],
  firstOfBody: number,
): void {
  const pairs = (): readonly (readonly [from: BufferId, to: BufferId])[] =>
    carried.flatMap((value, index) => {
      const from = table.memoryOf(next[index] as ValueId);
      return table.memoryOf(value).map((to, place) => [from[place] as BufferId, to] as const);
    });
  // What another place still takes over must not be overwritten before.
  const takenOver = new Set(pairs().map(([from]) => from));
  for (let place = 0; place < pairs().length; place += 1) {
    // Asked anew each time: a renaming changes the buffers of all that share a value.
    const [from, to] = pairs()[place] as readonly [BufferId, BufferId];
    const isOfBody = from >= firstOfBody && table.roleOf(from) === 'value';
    if (
      isOfBody &&
      !takenOver.has(to) &&
      isBornAfter(list.passes, table.withPlanes(from), table.withPlanes(to))
    ) {
      list.rename(from, to);
    }
  }
  const copies = pairs().filter(([from, to]) => from !== to);
  // A target that another copy still reads would be overwritten too early: go through scratch.
  const targets = new Set(copies.map(([, to]) => to));
  const staged = copies.map(([from, to]): [BufferId, BufferId] => {
    if (!targets.has(from)) return [from, to];
    const scratch = table.add(
      table.elementsOf(from),
      table.elementTypeOf(from),
      'scratch',
      'carry',
    );
    list.copyBuffer(from, scratch);
    return [scratch, to];
  });
  for (const [from, to] of staged) list.copyBuffer(from, to);
}
