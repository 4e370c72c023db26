import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { identityMatrix } from '../../src/imaging/frames';
import { centreMm } from '../../src/imaging/grid';
import { readNifti, toImageVolume } from '../../src/imaging/nifti/read-nifti';
import { writeNifti } from '../../src/imaging/nifti/write-nifti';
import { knownDeformation } from '../../src/imaging/phantoms/deformation';
import { headPhantom } from '../../src/imaging/phantoms/head';
import { normalAt } from '../../src/imaging/phantoms/random';
import type { ImageVolume } from '../../src/imaging/volume';
import type { PipelineDocument } from '../../src/pipeline/schema';
import {
  brightestIn,
  deformImage,
  errorVoxels,
  type KnownTransform,
  linearMapAbout,
  obliqueGridOver,
  rotationByDegrees,
} from '../support/known-truth';
import { openTestSession, runRecipe, transformOf } from '../support/run-recipe';
import { needsSharedData, sharedDataPath } from '../support/shared-data';

// An image is deformed by a known map onto an oblique, anisotropic grid, noise is added, and the
// undeformed image is registered to it: what is found must be that map.

/** Standard deviation of the noise, as a part of what the brightest voxels show. */
const noise = 0.03;

const realHead = '3d-brain-t1/oasis-head-2mm-with-reference/fixed.nii.gz';

describe('a generated head', () => {
  recoversKnownMaps(
    () =>
      headPhantom({
        dimensions: 3,
        seed: 7,
        subject: 1,
        contrast: 't1',
        sizeVoxels: [72, 84, 72],
      }).image,
  );
});

describe('a real head', () => {
  needsSharedData(realHead);
  recoversKnownMaps(() => {
    const read = readNifti(new Uint8Array(readFileSync(sharedDataPath(realHead))), realHead);
    if (!read.ok) throw new Error(`${realHead} cannot be read.`);
    return toImageVolume(read.image);
  });
});

function recoversKnownMaps(open: () => ImageVolume): void {
  test('a rigid motion is recovered within 0.1 voxel', async () => {
    const { before, after } = await recover(open(), 'model.rigid', ({ middle }) => ({
      affine: linearMapAbout(middle, rotationByDegrees(4, -6, 9), [5, -7, 4]),
    }));
    expect(before).toBeGreaterThan(3);
    expect(after).toBeLessThan(0.1);
  });

  test('an affine map is recovered within 0.1 voxel', async () => {
    // biome-ignore format: rows of a matrix
    const linear = [
      1.06, 0.05, -0.03,
      -0.04, 0.94, 0.06,
      0.02, -0.05, 1.04,
    ];
    const { before, after } = await recover(open(), 'model.affine', ({ middle }) => ({
      affine: linearMapAbout(middle, linear, [4, -5, 3]),
    }));
    expect(before).toBeGreaterThan(2);
    expect(after).toBeLessThan(0.1);
  });

  test('a smooth deformation is recovered within 0.3 voxel', async () => {
    const { before, after } = await recover(open(), 'model.greedy', ({ grid }) => ({
      affine: identityMatrix,
      displacement: knownDeformation({
        grid,
        seed: 3,
        maximumDisplacementMm: 10,
        smoothnessMm: 60,
      }).field.componentsMm,
    }));
    expect(before).toBeGreaterThan(1);
    expect(after).toBeLessThan(0.3);
  });
}

/** Mean error over the head in voxels, before and after the registration. */
async function recover(
  image: ImageVolume,
  model: string,
  truthOver: (where: {
    grid: ImageVolume['grid'];
    middle: ReturnType<typeof centreMm>;
  }) => KnownTransform,
): Promise<{ readonly before: number; readonly after: number }> {
  const grid = obliqueGridOver(image.grid, [64, 72, 56], [2.7, 3, 3.5]);
  const truth = truthOver({ grid, middle: centreMm(image.grid) });
  const fixed = withNoise(deformImage(image, grid, truth));
  const session = await openTestSession();
  const run = await runRecipe(session, recipeFor(model), {
    files: { fixed: writeNifti(fixed), moving: writeNifti(image) },
  });
  const { affine, displacement } = await transformOf(run, 'register');
  await session.destroy();
  const length = fixed.values.length;
  const plane = (axis: number) =>
    displacement?.values.subarray(axis * length, (axis + 1) * length) ?? new Float32Array(length);
  const found: KnownTransform = { affine, displacement: [plane(0), plane(1), plane(2)] };
  return {
    before: errorVoxels(fixed, truth, { affine: identityMatrix }),
    after: errorVoxels(fixed, truth, found),
  };
}

function withNoise(image: ImageVolume): ImageVolume {
  const sigma = noise * brightestIn(image.values);
  const values = image.values.map((value, index) => value + sigma * normalAt(index, 0, 5));
  return { ...image, values };
}

/** One stage that starts where the images lie, its step shrinking so that it settles. */
function recipeFor(model: string): PipelineDocument {
  const isDense = model === 'model.greedy';
  const node = (type: string, params: PipelineDocument['nodes'][string]['params'] = {}) => ({
    type,
    version: 1,
    params,
  });
  const file = (name: string) => ({ source: { kind: 'file', name } });
  return {
    schemaVersion: 1,
    name: `Known ${model}`,
    description: 'One stage from coarse to fine.',
    nodes: {
      fixed: node('load.image', file('fixed.nii.gz')),
      moving: node('load.image', file('moving.nii.gz')),
      'normalize-fixed': node('prepare.normalize-intensity'),
      'normalize-moving': node('prepare.normalize-intensity'),
      model: node(model, isDense ? { smoothGradientVoxels: 1.5 } : {}),
      objective: node(isDense ? 'similarity.lncc' : 'similarity.mutual-information'),
      optimizer: node('optimizer.adam-normalized', { finalFraction: 0.01 }),
      levels: node('schedule.pyramid', { shrink: [4, 2, 1], iterations: [100, 100, 100] }),
      register: node('register'),
    },
    edges: [
      { from: 'fixed.image', to: 'normalize-fixed.image' },
      { from: 'moving.image', to: 'normalize-moving.image' },
      { from: 'normalize-fixed.image', to: 'register.fixed' },
      { from: 'normalize-moving.image', to: 'register.moving' },
      { from: 'model.model', to: 'register.model' },
      { from: 'objective.objective', to: 'register.objectives' },
      { from: 'optimizer.optimizer', to: 'register.optimizer' },
      { from: 'levels.schedule', to: 'register.schedule' },
    ],
    layout: {},
  };
}
