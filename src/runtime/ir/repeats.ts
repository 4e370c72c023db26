import type { Pass, Repeat, Work } from './kernel-graph';

/** A pass as a step lists it, and how often one run of the step runs it. */
export interface CountedPass<Item = Pass> {
  readonly pass: Item;
  readonly times: number;
}

export function isRepeat<Item extends object>(work: Work<Item>): work is Repeat<Item> {
  return 'kind' in work && work.kind === 'repeat';
}

/** The passes of a step in order, what is repeated once: their places in this list name them. */
export function passesIn<Item extends object>(works: readonly Work<Item>[]): readonly Item[] {
  return countedPasses(works).map(({ pass }) => pass);
}

/** The same with how often each is run. */
export function countedPasses<Item extends object>(
  works: readonly Work<Item>[],
  times = 1,
): readonly CountedPass<Item>[] {
  return works.flatMap((work) =>
    isRepeat(work) ? countedPasses(work.passes, times * work.count) : [{ pass: work, times }],
  );
}

/** The same structure with every pass replaced; `place` is that of `passesIn`. */
export function mapPasses<Item extends object, Other>(
  works: readonly Work<Item>[],
  replace: (pass: Item, place: number) => Other,
): readonly Work<Other>[] {
  let place = 0;
  const visit = (list: readonly Work<Item>[]): readonly Work<Other>[] =>
    list.map((work) => {
      if (isRepeat(work)) return { ...work, passes: visit(work.passes) };
      place += 1;
      return replace(work, place - 1);
    });
  return visit(works);
}

/** Every pass as often as it is run, in the order of a run. */
export function* inOrder<Item extends object>(works: readonly Work<Item>[]): Generator<Item> {
  for (const work of works) {
    if (!isRepeat(work)) {
      yield work;
      continue;
    }
    for (let time = 0; time < work.count; time += 1) yield* inOrder(work.passes);
  }
}
