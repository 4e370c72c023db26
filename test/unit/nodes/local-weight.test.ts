import { afterAll, describe, expect, test } from 'vitest';
import { registryWithSquares, squaresRecipe } from '../../support/shifted-squares';
import { openSession, run } from '../../support/small-session';

const session = openSession({ registry: registryWithSquares });
afterAll(() => session.destroy());

const node = (type: string, params = {}) => ({ type, version: 1, params });

/** A network that learns from squares, says where diffusion counts more, and is asked where. */
function weighingRecipe() {
  const { nodes, edges, ...recipe } = squaresRecipe({ steps: 20, validateEvery: 20 });
  return {
    ...recipe,
    nodes: {
      ...nodes,
      diffusion: node('regularizer.diffusion', { weight: 0.1 }),
      local: node('network.local-weight', { largestFactor: 4 }),
      map: node('network.weight-map'),
    } as Record<string, ReturnType<typeof node>>,
    edges: [
      ...edges.filter(({ to }) => to !== 'train.network'),
      { from: 'unet.network', to: 'local.network' },
      { from: 'local.network', to: 'train.network' },
      { from: 'train.network', to: 'map.network' },
      { from: 'squares.fixed', to: 'map.fixed' },
      { from: 'squares.moving', to: 'map.moving' },
    ],
  };
}

const errorsOf = ({ result }: Awaited<ReturnType<typeof run>>) =>
  result.diagnostics.filter(({ severity }) => severity === 'error');

describe('a local weight', { timeout: 120_000 }, () => {
  test('is learned beside the field, and shown as an image whose logarithm has a mean of 0', async () => {
    const watched = await run(session, weighingRecipe(), {});
    expect(errorsOf(watched)).toEqual([]);
    const output = watched.result.outputs.find(({ nodeId }) => nodeId === 'map');
    const read = await session.read({ handle: output!.handle, as: 'volume' });
    if (read.kind !== 'volume') throw new Error('It is an image.');
    const weights = [...read.volume.values];
    expect(weights).toHaveLength(32 * 32);
    expect(Math.min(...weights)).toBeLessThan(0.97);
    expect(Math.max(...weights)).toBeGreaterThan(1.03);
    const logarithms = weights.map(Math.log);
    expect(logarithms.reduce((sum, one) => sum + one, 0) / logarithms.length).toBeCloseTo(0, 3);
  });

  test.each<[string, (recipe: ReturnType<typeof weighingRecipe>) => void, string, RegExp]>([
    [
      'is refused where no regularizer is wired that it could weigh',
      ({ edges }) =>
        void edges.splice(
          edges.findIndex(({ from }) => from === 'diffusion.objective'),
          1,
        ),
      'train',
      /no regularizer that can be weighed by place is wired/,
    ],
    [
      'is refused of a network that has no output for it',
      ({ nodes }) => void Object.assign(nodes, { unet: node('network.symnet') }),
      'local',
      /Only a VoxelMorph/,
    ],
    [
      'cannot be shown of a network that has learned without',
      ({ edges }) => {
        for (const edge of edges) if (edge.from === 'local.network') edge.from = 'unet.network';
      },
      'map',
      /count alike everywhere/,
    ],
  ])('%s', async (_, change, nodeId, message) => {
    const recipe = weighingRecipe();
    Object.assign(recipe.nodes.train!.params, { steps: 1, validateEvery: 1 });
    change(recipe);
    const watched = await run(session, recipe, {});
    expect(watched.result.status).toBe('failed');
    expect(errorsOf(watched)).toMatchObject([
      { at: { nodeId }, message: expect.stringMatching(message) },
    ]);
  });
});
