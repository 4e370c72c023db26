import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { labelVolumeOf } from '../../src/imaging/label-volume';
import { readNifti } from '../../src/imaging/nifti/read-nifti';
import { runSteps } from '../../src/imaging/steps';
import { openTestSession, type RecipeFiles, readRecipe, runRecipe } from '../support/run-recipe';
import { needsSharedData, sharedDataPath } from '../support/shared-data';

const folder = 'reported/04-atlas-ids-above-24-bits';
const loaders = ['fixed', 'moving', 'fixed-labels', 'moving-labels'] as const;
const pathOf = (nodeId: string) => `${folder}/${nodeId}.nii.gz`;

describe('an atlas whose labels need more than 24 bits', () => {
  needsSharedData(...loaders.map(pathOf));

  test('keeps them in the warped labels and in the table', async () => {
    const files: RecipeFiles = Object.fromEntries(
      loaders.map((nodeId) => [
        nodeId,
        new Uint8Array(readFileSync(sharedDataPath(pathOf(nodeId)))),
      ]),
    );
    const session = await openTestSession();
    try {
      const { result } = await runRecipe(session, readRecipe('brain-t1-affine.json'), { files });
      const labels = [1002, 16777217, 312782608, 614454277, 614454278];
      const rows = Object.keys(result.metrics).filter((name) => /dice\.-?\d+$/.test(name));
      expect(rows).toEqual(labels.map((id) => `dice.${id}`));
      for (const row of rows) expect(result.metrics[row], row).toBeGreaterThan(0.8);
      const warped = result.outputs.find(
        ({ nodeId, kind }) => kind === 'labels' && !(nodeId in files),
      );
      const handle = warped?.handle ?? '';
      const file = await session.read({ handle, as: 'file', format: 'nifti-labels' });
      const read = file.kind === 'file' ? readNifti(file.bytes, 'warped.nii.gz') : undefined;
      const found = read?.ok ? runSteps(labelVolumeOf(read.image)) : undefined;
      expect(found).toMatchObject({ ok: true, volume: { storedType: 'uint32' } });
      expect(found?.ok && found.volume.ids).toEqual([0, ...labels].map(BigInt));
    } finally {
      await session.destroy();
    }
  });
});
