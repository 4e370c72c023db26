import { afterAll, expect, test } from 'vitest';
import { identityMatrix, type MovingWorldFromFixedWorld } from '../../../../src/imaging/frames';
import { writeItkAffine } from '../../../../src/imaging/transforms/itk-affine';
import type { ImageVolume } from '../../../../src/imaging/volume';
import { bind, headVolumes, openSession, run } from '../../../support/small-session';
import { greedyRecipe } from '../../../support/worked-example';

const session = openSession();
afterAll(() => session.destroy());

const node = (type: string, params: object = {}) => ({ type, version: 1, params });
const recipe = {
  ...greedyRecipe,
  nodes: {
    fixed: greedyRecipe.nodes.fixed,
    moving: greedyRecipe.nodes.moving,
    affine: node('load.transform'),
    apply: node('apply.image', { outside: 'value', outsideValue: 0 }),
    correlation: node('evaluate.correlation'),
  },
  edges: [
    { from: 'fixed.image', to: 'affine.fixed' },
    { from: 'affine.transform', to: 'apply.transform' },
    { from: 'moving.image', to: 'apply.image' },
    { from: 'fixed.image', to: 'correlation.fixed' },
    { from: 'apply.image', to: 'correlation.warped' },
    { from: 'affine.transform', to: 'correlation.transform' },
    { from: 'moving.image', to: 'correlation.moving' },
  ],
};

/** The first rows of an image, where they lie. */
function cut(image: ImageVolume, rows: number): ImageVolume {
  const [nx, , nz] = image.grid.sizeVoxels;
  return {
    ...image,
    grid: { ...image.grid, sizeVoxels: [nx, rows, nz] },
    values: image.values.slice(0, nx * rows),
  };
}

test('a part of an image is wholly like it where it is, and not where it is not', async () => {
  const fixed = headVolumes.fixed as ImageVolume;
  const images = await bind(session, { fixed, moving: cut(fixed, 40) });
  const opened = await session.openInput({
    nodeId: 'affine',
    source: { kind: 'file', as: 'transform', name: 'identity.txt' },
    bytes: new TextEncoder().encode(writeItkAffine(identityMatrix as MovingWorldFromFixedWorld)),
  });
  if (!opened.ok) throw new Error(JSON.stringify(opened.diagnostics));
  const { result } = await run(session, recipe, { ...images, affine: opened.handle });
  expect(result.metrics['ncc.inside']).toBeCloseTo(1, 5);
  expect(result.metrics.ncc).toBeLessThan(0.95);
});
