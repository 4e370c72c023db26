import { headPhantom } from '../../src/imaging/phantoms/head';
import { bind, openSession, run } from '../support/small-session';
import type { FuzzProperty } from './fuzz-property';
import { pairRecipe } from './pair-recipe';
import { randomFrom } from './random';
import { notFiniteLeft } from './readable';

/** Generated heads by mutual information of any number of bins: every run succeeds, and is finite. */
export const bins: FuzzProperty = {
  name: 'mutual information of any number of bins ends well',
  async run(count, seed) {
    const session = openSession({ maxResultBytes: 0, verify: false });
    const faults: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const random = randomFrom(seed * 1_000_003 + index);
      const drawn = { bins: 8 + random.below(57), head: random.below(2 ** 16) };
      // Spans that are powers of two round up to their own end.
      const binCount = random.chance(0.5) ? random.pick([11, 19, 35]) : drawn.bins;
      const shrink = random.pick([1, 2]);
      const head = (subject: number) =>
        headPhantom({
          dimensions: 2,
          sizeVoxels: [48, 56, 1],
          seed: drawn.head,
          subject,
          contrast: 't1',
        }).image;
      const bindings = await bind(session, { fixed: head(1), moving: head(2) });
      const recipe = pairRecipe({
        model: 'model.greedy',
        objective: 'similarity.mutual-information',
        objectiveParams: { bins: binCount },
        optimizer: 'optimizer.adam-normalized',
        shrink: [shrink],
        iterations: [3],
      });
      const { result } = await run(session, recipe, bindings);
      const bad = await notFiniteLeft(session, result);
      if (result.status !== 'done' || bad.length > 0) {
        const why = result.diagnostics[0]?.message ?? bad.join();
        faults.push(`${binCount} bins, head ${drawn.head}, shrink ${shrink}: ${why}`);
      }
      const handles = result.outputs.map(({ handle }) => handle);
      await session.release([...Object.values(bindings), ...handles]);
    }
    await session.destroy();
    return { tried: count, faults };
  },
};
