import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const recipes = readdirSync('pipelines').filter((name) => name.endsWith('.json'));

/** Places outside `pipelines/` that name or quote recipes; a list that is kept by hand goes stale. */
describe('recipes that come with Weft', () => {
  test.each(recipes)('%s is in the table of recipes', (name) => {
    expect(readFileSync('pipelines/README.md', 'utf8')).toContain(`(${name})`);
  });

  test('the one that the README quotes says the same', () => {
    const quoted = /```json\n(.*?)```/s.exec(readFileSync('README.md', 'utf8'))?.[1];
    const nodes: Readonly<Record<string, unknown>> = JSON.parse(`{${quoted}}`);
    const { nodes: shipped } = JSON.parse(readFileSync('pipelines/brain-t1-greedy.json', 'utf8'));
    expect(Object.keys(nodes)).toHaveLength(4);
    for (const [id, node] of Object.entries(nodes)) expect.soft(node, id).toEqual(shipped[id]);
  });
});
