import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Session } from '../../src/runtime/session';
import { openReportedCase, reportedFolder } from '../support/reported-cases';
import {
  openTestSession,
  type RecipeFiles,
  readRecipe,
  realPair,
  runRecipe,
  withParameters,
} from '../support/run-recipe';
import { needsSharedData } from '../support/shared-data';

// Warnings are worth something where they are few and true: none on pairs that register well, one on
// each of those that do not. Real pairs by deformable recipes are in real-pairs.test.ts.

let session: Session;
beforeAll(async () => {
  session = await openTestSession();
});
afterAll(() => session.destroy());

/** What a run of the recipe doubts, as `node: message`. */
async function doubts(recipe: string, files: RecipeFiles): Promise<readonly string[]> {
  const { result } = await runRecipe(session, readRecipe(recipe), { files });
  return result.diagnostics
    .filter(({ code }) => code === 'doubtful-result')
    .map(({ at, message }) => `${at.nodeId}: ${message}`);
}

describe.each([
  ['3d-brain-t1/voxelmorph-affine-aligned/fast', 'brain-t1-affine.json'],
  ['3d-brain-t1/oasis-1000-1001/fast', 'brain-t1-affine.json'],
  ['3d-brain-t1/oasis-head-2mm-with-reference', 'brain-t1-affine.json'],
  ['2d-brain-slices/r16-r64', 'brain-2d-greedy.json'],
  ['2d-brain-slices/oasis-trt-1-2', 'brain-2d-greedy.json'],
  ['2d-ct-head', 'brain-2d-greedy.json'],
])('%s by %s', (folder, recipe) => {
  needsSharedData(`${folder}/fixed.nii.gz`, `${folder}/moving.nii.gz`);

  test('registers well, and nothing is said against it', async () => {
    expect(await doubts(recipe, realPair(folder))).toEqual([]);
  });
});

describe.each([
  ['01-cropped-field-front', 'brain-t1-affine.json'],
  ['02-ct-outside-value', 'brain-t1-affine.json'],
  ['03-ct-padding-3024-both', 'brain-t1-affine.json'],
  ['06-bias-field', 'brain-t1-affine.json'],
  ['07-slice-into-volume', 'brain-t1-affine.json'],
  ['09-slice-turned-45', 'brain-2d-greedy.json'],
])('%s by %s', (name, recipe) => {
  needsSharedData(reportedFolder(name));

  test('has come right, and nothing is said against it', async () => {
    const told = await doubts(recipe, openReportedCase(name).files);
    // A field that a rigid motion needs nothing of is told of, beside a map that is right.
    expect(told.filter((text) => !text.includes('may be noise'))).toEqual([]);
  });
});

describe('03-ct-padding-3024-both, with nothing that leaves the padding out', () => {
  const name = '03-ct-padding-3024-both';
  needsSharedData(reportedFolder(name));

  test('is told of, once', async () => {
    const recipe = withParameters(readRecipe('brain-t1-affine.json'), {
      'rigid-levels.iterations': [4],
      'affine-levels.iterations': [4, 4],
    });
    const edges = recipe.edges.map(({ from, to }) => ({
      to,
      from: from.replace('normalize-', ''),
    }));
    const { result } = await runRecipe(session, { ...recipe, edges }, openReportedCase(name));
    const padded = result.diagnostics.filter(({ message }) => message.includes('no data'));
    expect(padded.map(({ at }) => at.nodeId)).toEqual(['rigid']);
  });
});

describe.each([['08-voxel-size-scale', 'brain-t1-greedy.json', /^greedy: .*may be noise/]])(
  '%s by %s',
  (name, recipe, told) => {
    needsSharedData(reportedFolder(name));

    test('is still wrong, and that is said once', async () => {
      expect(await doubts(recipe, openReportedCase(name).files)).toEqual([
        expect.stringMatching(told),
      ]);
    });
  },
);

describe('3d-brain-t1/demo-candidate by brain-t1-affine.json', () => {
  const folder = '3d-brain-t1/demo-candidate';
  needsSharedData(`${folder}/fixed.nii.gz`, `${folder}/moving.nii.gz`);

  test('makes a brain half its size, and says so', async () => {
    // Both are in one space: their sizes differ by little.
    expect(await doubts('brain-t1-affine.json', realPair(folder))).toEqual([
      expect.stringMatching(/^affine: .*times as small/),
    ]);
  });
});
