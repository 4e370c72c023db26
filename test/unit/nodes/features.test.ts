import { afterAll, describe, expect, test } from 'vitest';
import { axisAlignedGrid, voxelCount } from '../../../src/imaging/grid';
import type { ImageVolume } from '../../../src/imaging/volume';
import { registryWithSquares, squaresRecipe } from '../../support/shifted-squares';
import { bind, openSession, run } from '../../support/small-session';

const session = openSession({ registry: registryWithSquares });
afterAll(() => session.destroy());

const node = (type: string, params = {}) => ({ type, version: 1, params });

/** A feature encoder learns from squares; features of an image are given. */
function encoding(training = {}) {
  const recipe = squaresRecipe({ steps: 40, validateEvery: 40, ...training });
  return {
    ...recipe,
    nodes: {
      ...recipe.nodes,
      unet: node('network.feature-encoder', { encoder: [4, 6], channels: 3 }),
      image: node('load.image', { source: { kind: 'file', name: 'image.nii' } }),
      features: node('network.features'),
      shown: node('prepare.pick-channel'),
    } as Record<string, ReturnType<typeof node>>,
    edges: [
      ...recipe.edges,
      { from: 'train.network', to: 'features.network' },
      { from: 'image.image', to: 'features.image' },
      { from: 'features.image', to: 'shown.image' },
    ],
  };
}

const slice = axisAlignedGrid([40, 36, 1], [1.2, 1.3, 3], [5, -7, 20]);
const flat = axisAlignedGrid([16, 16, 8], [3, 3, 3], [0, 0, 0]);

function waves(grid: ImageVolume['grid']): ImageVolume {
  const values = Float32Array.from(
    { length: voxelCount(grid) },
    (_, i) => 50 + 40 * Math.sin(i / 9),
  );
  return { kind: 'image', grid, values, storedType: 'float32' };
}

async function given(recipe: ReturnType<typeof encoding>, image = waves(slice)) {
  return (await run(session, recipe, await bind(session, { image }))).result;
}

const errorsOf = ({ diagnostics }: Awaited<ReturnType<typeof given>>) =>
  diagnostics.filter(({ severity }) => severity === 'error');

describe('features', { timeout: 120_000 }, () => {
  test('are learned by what they are good for, and given on the grid of any image', async () => {
    const result = await given(encoding());
    expect(errorsOf(result)).toEqual([]);
    // Demons on features have learned to bring squares onto each other.
    expect(result.metrics['validation.dice.before']).toBeLessThan(0.82);
    expect(result.metrics['validation.dice']).toBeGreaterThan(0.9);
    const { handle = '' } = result.outputs.find(({ nodeId }) => nodeId === 'features') ?? {};
    const read = await session.read({ handle, as: 'volume' });
    if (read.kind !== 'volume') throw new Error('Features gave no image.');
    const { volume } = read;
    expect(volume).toMatchObject({ sizeVoxels: slice.sizeVoxels, channels: 3 });
    const values = volume.values as Float32Array;
    expect(values).toHaveLength(3 * voxelCount(slice));
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(1);
    const plane = values.subarray(0, voxelCount(slice));
    expect(Math.max(...plane) - Math.min(...plane)).toBeGreaterThan(0.01);
  });

  test.each<[string, (recipe: ReturnType<typeof encoding>) => void, RegExp, ImageVolume]>([
    [
      'a network that gives none',
      ({ nodes }) => {
        nodes.unet = node('network.voxelmorph', { encoder: [4, 8], decoder: [8, 8, 4] });
      },
      /voxelmorph, says how images move and gives no features/,
      waves(slice),
    ],
    [
      'one that has learned nothing',
      ({ edges }) => {
        edges.find(({ to }) => to === 'features.network')!.from = 'unet.network';
      },
      /not learned anything/,
      waves(slice),
    ],
    [
      'a volume where it has learned from slices',
      () => undefined,
      /this image is a volume/,
      waves(flat),
    ],
  ])('refuses %s', async (_, change, message, image) => {
    const recipe = encoding({ steps: 1, validateEvery: 1 });
    change(recipe);
    const result = await given(recipe, image);
    expect(result.status).toBe('failed');
    expect(errorsOf(result)).toMatchObject([{ at: { nodeId: 'features' } }]);
    expect(errorsOf(result)[0]?.message).toMatch(message);
  });
});
