import { afterAll, describe, expect, test } from 'vitest';
import { axisAlignedGrid, type Grid, voxelCount } from '../../../src/imaging/grid';
import type { ImageVolume } from '../../../src/imaging/volume';
import { registryWithSquares, squaresRecipe } from '../../support/shifted-squares';
import { bind, openSession, run } from '../../support/small-session';

const session = openSession({ registry: registryWithSquares });
afterAll(() => session.destroy());

const node = (type: string, params = {}) => ({ type, version: 1, params });
const file = (name: string) => ({ source: { kind: 'file', name } });

/** A network that has seen two slices of 48 mm, asked about two images. */
function asking() {
  const { edges, nodes, ...recipe } = squaresRecipe({ steps: 1, validateEvery: 1 });
  return {
    ...recipe,
    nodes: {
      ...nodes,
      fixed: node('load.image', file('fixed.nii')),
      moving: node('load.image', file('moving.nii')),
      predict: node('network.predict'),
      jacobian: node('evaluate.jacobian'),
    } as Record<string, ReturnType<typeof node>>,
    edges: [
      ...edges,
      { from: 'train.network', to: 'predict.network' },
      { from: 'fixed.image', to: 'predict.fixed' },
      { from: 'moving.image', to: 'predict.moving' },
      { from: 'predict.transform', to: 'jacobian.transform' },
    ],
  };
}

function image(grid: Grid, valueAt: (index: number) => number): ImageVolume {
  const values = Float32Array.from({ length: voxelCount(grid) }, (_, index) => valueAt(index));
  return { kind: 'image', grid, values, storedType: 'float32' };
}

const slice = axisAlignedGrid([40, 36, 1], [1.2, 1.3, 3], [5, -7, 20]);
const wavy = (index: number) => 50 + 40 * Math.sin(index / 9);

async function predicted(
  grids: Readonly<Record<string, ImageVolume>>,
  change: (recipe: ReturnType<typeof asking>) => void = () => undefined,
) {
  const recipe = asking();
  change(recipe);
  return (await run(session, recipe, await bind(session, grids))).result;
}

const errorsOf = ({ diagnostics }: Awaited<ReturnType<typeof predicted>>) =>
  diagnostics.filter(({ severity }) => severity === 'error');

describe('a prediction', { timeout: 120_000 }, () => {
  test('is made of images with other voxels, wherever they lie', async () => {
    const turned: Grid = {
      sizeVoxels: [36, 40, 1],
      // Columns along −y and x of the world.
      worldFromVoxel: [0, 1.2, 0, -20, -1.3, 0, 0, 30, 0, 0, 3, 20] as never,
    };
    const result = await predicted({ fixed: image(slice, wavy), moving: image(turned, wavy) });
    expect(errorsOf(result)).toEqual([]);
    expect(result.status).toBe('done');
    expect(result.outputs.map(({ nodeId }) => nodeId)).toContain('predict');
    expect(result.diagnostics.some(({ at }) => at.nodeId === 'predict')).toBe(false);
  });

  test('is finite of images without contrast', async () => {
    const flat = image(slice, () => 7);
    const result = await predicted({ fixed: flat, moving: flat });
    expect(errorsOf(result)).toEqual([]);
    expect(Object.values(result.metrics).every(Number.isFinite)).toBe(true);
  });

  test('warns where much of the image lies beyond what the network sees', async () => {
    const large = axisAlignedGrid([60, 60, 1], [1.5, 1.5, 3], [0, 0, 0]);
    const result = await predicted({ fixed: image(large, wavy), moving: image(slice, wavy) });
    expect(result.status).toBe('done');
    const warnings = result.diagnostics.filter(({ at }) => at.nodeId === 'predict');
    expect(warnings).toMatchObject([{ severity: 'warning', at: { port: 'fixed' } }]);
    expect(warnings[0]?.message).toMatch(/48 × 48 mm; \d+ % of what the fixed image shows/);
  });

  test('warns where it is asked for regularization of which the network is not told', async () => {
    const result = await predicted(
      { fixed: image(slice, wavy), moving: image(slice, wavy) },
      ({ nodes }) => void Object.assign(nodes.predict!.params, { regularization: 0.8 }),
    );
    expect(result.status).toBe('done');
    const warnings = result.diagnostics.filter(({ at }) => at.nodeId === 'predict');
    expect(warnings).toMatchObject([{ severity: 'warning', at: { parameter: 'regularization' } }]);
    expect(warnings[0]?.message).toMatch(/not told how much regularization counts/);
  });

  const volume = axisAlignedGrid([16, 16, 8], [3, 3, 3], [0, 0, 0]);
  test.each<[string, Parameters<typeof predicted>, string, RegExp]>([
    [
      'a network that has learned nothing',
      [
        { fixed: image(slice, wavy), moving: image(slice, wavy) },
        ({ edges }) => {
          const wire = edges.find(({ to }) => to === 'predict.network');
          if (wire) wire.from = 'unet.network';
        },
      ],
      'network',
      /not learned anything/,
    ],
    [
      'volumes where it has learned from slices',
      [{ fixed: image(volume, wavy), moving: image(volume, wavy) }],
      'fixed',
      /learned from slices; this image is a volume/,
    ],
  ])('refuses %s', async (_, given, port, message) => {
    const result = await predicted(...given);
    expect(result.status).toBe('failed');
    const errors = errorsOf(result);
    expect(errors).toMatchObject([{ at: { nodeId: 'predict', port } }]);
    expect(errors[0]?.message).toMatch(message);
  });
});
