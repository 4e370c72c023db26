import { describe, expect, it } from 'vitest';
import { inLanes } from '../../../scripts/lanes';

/** Runs the list; every item ends when all that could start has started. Gives what was under way at each start. */
async function trace(items: readonly { name: string; after?: string }[], lanes: number) {
  const underWay = new Set<string>();
  const starts: string[] = [];
  await inLanes(items, lanes, async ({ name }) => {
    underWay.add(name);
    starts.push([...underWay].join('+'));
    await new Promise((resolve) => setTimeout(resolve));
    underWay.delete(name);
  });
  return starts;
}

describe('work in lanes', () => {
  it('has so many under way at once, in the order of the list', async () => {
    const items = ['a', 'b', 'c'].map((name) => ({ name }));
    expect(await trace(items, 1)).toEqual(['a', 'b', 'c']);
    expect((await trace(items, 2))[1]).toBe('a+b');
    expect((await trace(items, 9))[2]).toBe('a+b+c');
  });

  it('lets what waits be overtaken, and starts it once what it waits for is done', async () => {
    const items = [{ name: 'a' }, { name: 'b', after: 'a' }, { name: 'c' }];
    expect(await trace(items, 2)).toEqual(['a', 'a+c', expect.stringMatching(/^(c\+)?b$/)]);
  });

  it('counts what is not in the list as done, and refuses a circle', async () => {
    expect(await trace([{ name: 'b', after: 'a' }], 2)).toEqual(['b']);
    const circle = [
      { name: 'a', after: 'b' },
      { name: 'b', after: 'a' },
    ];
    await expect(trace(circle, 2)).rejects.toThrow('waits for itself');
  });
});
