/** Work that may have to wait for other work of the same list. */
export interface Waiting {
  readonly name: string;
  readonly after?: string | undefined;
}

/**
 * Does all of the list, so many at a time: whenever a lane is free, the first that waits for nothing
 * unfinished. What is waited for and not in the list counts as done.
 * @throws what `work` throws, once what is under way has ended
 */
export async function inLanes<Item extends Waiting>(
  items: readonly Item[],
  lanes: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const unfinished = new Map(items.map((item) => [item.name, item]));
  const waiting = new Set(items);
  const underWay = new Set<Promise<void>>();
  while (waiting.size > 0) {
    const next = [...waiting].find(({ after }) => after === undefined || !unfinished.has(after));
    if (underWay.size === lanes || (next === undefined && underWay.size > 0)) {
      await Promise.race(underWay);
      continue;
    }
    if (next === undefined) throw new Error('What is left waits for itself.');
    waiting.delete(next);
    const done = work(next).finally(() => {
      unfinished.delete(next.name);
      underWay.delete(done);
    });
    underWay.add(done);
  }
  await Promise.all(underWay);
}
