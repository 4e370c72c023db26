import { describe, expect, test } from 'vitest';
import { determinant } from '../../src/imaging/frames';
import {
  openTestSession,
  type RecipeRun,
  readRecipe,
  realPair,
  runRecipe,
  transformOf,
} from '../support/run-recipe';
import { needsSharedData } from '../support/shared-data';

interface Pair {
  readonly folder: string;
  /** What each metric has to exceed, by recipe; folds are allowed nowhere. */
  readonly reach: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** One recipe with one set of parameters has to do for all of them. */
const pairs: readonly Pair[] = [
  {
    folder: '3d-brain-t1/voxelmorph-affine-aligned/fast',
    reach: {
      'brain-t1-greedy.json': { 'dice.mean': 0.705 },
    },
  },
  {
    folder: '3d-brain-t1/oasis-1000-1001/fast',
    reach: {
      'brain-t1-greedy.json': { 'dice.mean': 0.555 },
      'brain-t1-svf.json': { 'dice.mean': 0.57 },
    },
  },
  {
    folder: '3d-brain-t1/head-2mm',
    reach: { 'brain-t1-greedy.json': { ncc: 0.98 } },
  },
];

describe.each(pairs)('$folder', ({ folder, reach }) => {
  needsSharedData(`${folder}/fixed.nii.gz`, `${folder}/moving.nii.gz`);

  test('is aligned well, without folds and without a mirror', async () => {
    const session = await openTestSession();
    try {
      for (const [recipe, metrics] of Object.entries(reach)) {
        // In one session, so that the stages that the recipes share run once.
        const run = await runRecipe(session, readRecipe(recipe), { files: realPair(folder) });
        for (const [name, atLeast] of Object.entries(metrics)) {
          expect.soft(run.result.metrics[name], `${recipe}: ${name}`).toBeGreaterThan(atLeast);
        }
        expect.soft(run.result.metrics['jacobian.nonPositivePercent'], recipe).toBe(0);
        const doubts = run.result.diagnostics.filter(({ code }) => code === 'doubtful-result');
        expect.soft(doubts, recipe).toEqual([]);
        const determinants = await affineDeterminants(run);
        expect
          .soft(Object.keys(determinants))
          .toEqual(expect.arrayContaining(['start', 'rigid', 'affine']));
        for (const [nodeId, value] of Object.entries(determinants)) {
          expect.soft(value, `${recipe}: determinant of ${nodeId}`).toBeGreaterThan(0);
        }
      }
    } finally {
      await session.destroy();
    }
  });
});

/** The determinant of each transform's affine, by node. */
async function affineDeterminants(run: RecipeRun): Promise<Readonly<Record<string, number>>> {
  const transforms = run.result.outputs.filter(({ kind }) => kind === 'transform');
  const entries = transforms.map(async ({ nodeId }) => {
    const { affine } = await transformOf(run, nodeId);
    return [nodeId, determinant(affine)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
