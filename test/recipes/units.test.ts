import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WorldFromVoxel } from '../../src/imaging/frames';
import { writeNifti } from '../../src/imaging/nifti/write-nifti';
import { headPhantomPair } from '../../src/imaging/phantoms/head';
import type { ImageVolume } from '../../src/imaging/volume';
import type { Session } from '../../src/runtime/session';
import {
  openTestSession,
  readRecipe,
  runRecipe,
  transformOf,
  withParameters,
} from '../support/run-recipe';

// The same voxels with headers in metres, millimetres and micrometres are the same images. The factors are
// powers of two near a thousand, which no rounding is mixed with: `conditioning.test.ts` has that.

const { fixed, moving } = headPhantomPair({
  dimensions: 3,
  sizeVoxels: [48, 56, 48],
  spacingMm: [4, 4, 4],
  seed: 3,
  contrast: 't1',
});

let session: Session;
beforeAll(async () => {
  session = await openTestSession();
});
afterAll(() => session.destroy());

describe.each([
  { file: 'brain-t1-greedy.json', register: 'greedy' },
  { file: 'brain-t1-svf.json', register: 'svf' },
])('$file', ({ file, register }) => {
  test('moves every voxel as far, whatever the unit of the headers', async () => {
    const inMillimetres = await displacementVoxels(file, register, 1);
    expect(rootMeanSquare(inMillimetres)).toBeGreaterThan(0.3);
    for (const factor of [2 ** -10, 2 ** 10]) {
      const other = await displacementVoxels(file, register, factor);
      const difference = other.map((value, at) => value - (inMillimetres[at] ?? Number.NaN));
      const relative = rootMeanSquare(difference) / rootMeanSquare(inMillimetres);
      expect.soft(relative, `headers times ${factor}`).toBeLessThan(0.01);
    }
  });
});

/** The field in voxels of the fixed image, for headers whose lengths are all multiplied by a factor. */
async function displacementVoxels(file: string, register: string, factor: number) {
  const files = {
    fixed: writeNifti(inUnit(fixed.image, factor)),
    moving: writeNifti(inUnit(moving.image, factor)),
  };
  const recipe = withParameters(readRecipe(file), { 'field-levels.iterations': [60, 30, 10] });
  const run = await runRecipe(session, recipe, { files });
  const { displacement } = await transformOf(run, register);
  await session.release(run.result.outputs.map(({ handle }) => handle));
  if (!displacement) throw new Error(`${register} gave no displacement.`);
  return displacement.values.map((value) => value / (4 * factor));
}

function inUnit(image: ImageVolume, factor: number): ImageVolume {
  const worldFromVoxel = image.grid.worldFromVoxel.map((value) => value * factor);
  return {
    ...image,
    grid: { ...image.grid, worldFromVoxel: worldFromVoxel as unknown as WorldFromVoxel },
  };
}

function rootMeanSquare(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}
