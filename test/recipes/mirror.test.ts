import { expect, test } from 'vitest';
import { determinant } from '../../src/imaging/frames';
import { writeNifti } from '../../src/imaging/nifti/write-nifti';
import { headPhantom } from '../../src/imaging/phantoms/head';
import type { ImageVolume } from '../../src/imaging/volume';
import {
  onSlices,
  openTestSession,
  readRecipe,
  runRecipe,
  transformOf,
  withParameters,
} from '../support/run-recipe';

// The best match of these pairs by their intensities is a mirror image, and yet none may be made.

const stages = ['start', 'rigid', 'affine'];

test('nothing mirrors a volume, even where the moving head is the fixed one mirrored', async () => {
  const head = headPhantom({ dimensions: 3, seed: 5, subject: 1, contrast: 't1', sizeVoxels });
  const session = await openTestSession();
  const recipe = withParameters(readRecipe('brain-t1-greedy.json'), {
    'field-levels.shrink': [4, 2],
    'field-levels.iterations': [40, 20],
  });
  const run = await runRecipe(session, recipe, { files: pairWithMirror(head.image) });
  for (const stage of [...stages, 'greedy']) {
    const { affine } = await transformOf(run, stage);
    expect.soft(determinant(affine), stage).toBeGreaterThan(0.2);
  }
  expect(run.result.metrics['jacobian.mean']).toBeGreaterThan(0.2);
  await session.destroy();
});

test('nothing mirrors a slice within its plane', async () => {
  const head = headPhantom({ dimensions: 2, seed: 5, subject: 1, contrast: 't1' });
  const session = await openTestSession();
  const recipe = onSlices(readRecipe('brain-t1-affine.json'));
  const run = await runRecipe(session, recipe, { files: pairWithMirror(head.image) });
  for (const stage of stages) {
    const { affine } = await transformOf(run, stage);
    const [a, b, , , d, e] = affine;
    // A turn about an axis within the plane would mirror it, with a positive determinant in space.
    expect.soft(a * e - b * d, stage).toBeGreaterThan(0.2);
    expect.soft(determinant(affine), stage).toBeGreaterThan(0.2);
  }
  await session.destroy();
});

const sizeVoxels = [48, 56, 48] as const;

function pairWithMirror(image: ImageVolume) {
  return { fixed: writeNifti(image), moving: writeNifti({ ...image, values: mirrored(image) }) };
}

/** Left and right exchanged. */
function mirrored({ grid, values }: ImageVolume): Float32Array {
  const [nx] = grid.sizeVoxels;
  return values.map((_, index) => {
    const x = index % nx;
    return values[index - x + (nx - 1 - x)]!;
  });
}
