import { describe, expect, it } from 'vitest';
import { headPhantom } from '../../../../src/imaging/phantoms/head';
import type { Volume } from '../../../../src/imaging/volume';
import {
  bind,
  headVolumes,
  numbersOf,
  openSession,
  type Recipe,
  run,
  slices,
} from '../../../support/small-session';

const moving = headPhantom({
  dimensions: 2,
  sizeVoxels: [40, 48, 1],
  seed: 1,
  subject: 2,
  contrast: 't1',
});
const movingLabels = headPhantom({
  dimensions: 2,
  sizeVoxels: [52, 44, 1],
  seed: 1,
  subject: 2,
  contrast: 't1',
});
const volumes: Readonly<Record<string, Volume>> = {
  fixed: headVolumes.fixed!,
  'fixed-labels': headVolumes['fixed-labels']!,
  moving: moving.image,
  'moving-labels': movingLabels.labels,
};

/** Ids by their old ones: a document lists nodes by id, so these change the order of everything. */
const orders: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'moving before fixed': { fixed: 'subject', moving: 'atlas' },
  'labels before images': { 'moving-labels': 'a-labels', 'fixed-labels': 'b-labels' },
  'evaluation before all': { dice: 'a-dice', jacobian: 'b-jacobian', moving: 'c-moving' },
};

function renamed(recipe: Recipe, names: Readonly<Record<string, string>>): Recipe {
  const end = (text: string): string => {
    const [id = '', port] = text.split('.');
    return `${names[id] ?? id}.${port}`;
  };
  const nodes = Object.entries(recipe.nodes).map(([id, node]) => [names[id] ?? id, node] as const);
  return {
    ...recipe,
    nodes: Object.fromEntries(nodes.sort(([a], [b]) => (a < b ? -1 : 1))),
    edges: recipe.edges.map(({ from, to }) => ({ from: end(from), to: end(to) })),
  };
}

describe.each(['greedy', 'svf'])('a recipe by model.%s on unequal grids', (model) => {
  const whole = slices();
  const { 'field-model': field, ...others } = whole.nodes;
  const params = model === 'greedy' ? field!.params : {};
  const recipe: Recipe = {
    ...whole,
    nodes: { ...others, 'field-model': { type: `model.${model}`, version: 1, params } },
  };

  it.each(Object.entries(orders))('gives the same with %s', async (_, names) => {
    const outcome = async (of: Recipe, ids: Readonly<Record<string, string>>) => {
      const session = openSession();
      const given = Object.entries(volumes).map(([id, volume]) => [ids[id] ?? id, volume] as const);
      const { result } = await run(session, of, await bind(session, Object.fromEntries(given)));
      expect(result.diagnostics).toEqual([]);
      expect(result.status).toBe('done');
      return [result.metrics, await numbersOf(session, result, 'greedy', 'warped')];
    };
    expect(await outcome(renamed(recipe, names), names)).toEqual(await outcome(recipe, {}));
  });
});
