import { expect, it } from 'vitest';
import { changedRecipes } from '../../fuzz/command-line.fuzz';

it('validate and plan end well on recipes that were changed at random', async () => {
  expect(await changedRecipes.run(40, 1)).toEqual({ tried: 40, faults: [] });
}, 120_000);
