import { describe, expect, test } from 'vitest';
import type { CheckpointStore } from '../../../../src/runtime/api/engine/checkpoint-store';
import { unpackNetwork } from '../../../../src/runtime/networks/files/pack-network';
import { checkpointsInMemory } from '../../../../src/runtime/networks/training/checkpoint';
import { registryWithSquares, squaresRecipe } from '../../../support/shifted-squares';
import { openSession, run } from '../../../support/small-session';

const open = (checkpoints: CheckpointStore = checkpointsInMemory()) =>
  openSession({ registry: registryWithSquares, checkpoints });

const node = (type: string, params: Readonly<Record<string, unknown>> = {}) => ({
  type,
  version: 1,
  params,
});

/** Dark blobs on bright are to become bright ones on dark. */
function invertingRecipe(training: Readonly<Record<string, unknown>>, translatedBy = 'train') {
  return {
    ...squaresRecipe(),
    nodes: {
      squares: node('test.squares', { inverts: true }),
      unet: node('network.voxelmorph'),
      maker: node('network.translator', {
        ...{ channels: 4, blocks: 1, outerKernel: '3', from: 'dark', to: 'bright' },
      }),
      judge: node('network.discriminator', { channels: [4, 8], sees: 'image' }),
      train: node('network.train-translation', { learningRate: 0.01, ...training }),
      translate: node('network.translate'),
      error: node('evaluate.intensity-error'),
    },
    edges: [
      { from: 'maker.network', to: 'train.network' },
      { from: 'judge.network', to: 'train.discriminator' },
      { from: 'squares.dataset', to: 'train.dataset' },
      { from: `${translatedBy}.network`, to: 'translate.network' },
      { from: 'squares.moving', to: 'translate.image' },
      { from: 'translate.image', to: 'error.warped' },
      { from: 'squares.fixed', to: 'error.fixed' },
    ],
  };
}

type Watched = Awaited<ReturnType<typeof run>>;

function lossesIn({ messages }: Watched): readonly (readonly number[])[] {
  return messages.flatMap(({ losses }) => losses.flatMap(({ rows }) => rows));
}

const contents = ['cycle', 'patches'] as const;
const weights = { cycle: 10, patches: 1 };

describe('two networks that learn to translate', { timeout: 300_000 }, () => {
  test.each(contents)('invert images of which no two are compared: %s', async (content) => {
    const contentWeight = weights[content];
    const recipe = invertingRecipe({ steps: 40, validateEvery: 20, content, contentWeight });
    const watched = await run(open(), recipe, {});
    const { result, messages } = watched;
    expect(result.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    const told = messages.flatMap(({ losses }) => losses)[0];
    expect(told?.names).toEqual([
      'total',
      'adversarial',
      content,
      'identity',
      'discriminator',
      'discriminator-accuracy',
    ]);
    for (const [total, adversarial, held, identity] of lossesIn(watched)) {
      expect(total).toBeCloseTo(adversarial! + contentWeight * held! + 5 * identity!, 3);
    }
    const { metrics } = result;
    expect(metrics['validation.translation-error.before']).toBeGreaterThan(0.5);
    // Features of patches take longer than the way back.
    expect(metrics['validation.translation-error']).toBeLessThan(content === 'cycle' ? 0.4 : 0.45);
  });

  test.each(contents)(
    'go on where they stopped and end as if they never had: %s',
    async (content) => {
      const training = { validateEvery: 3, content };
      const whole = await run(open(), invertingRecipe({ steps: 6, ...training }), {});
      const checkpoints = checkpointsInMemory();
      await run(open(checkpoints), invertingRecipe({ steps: 6, ...training }), {});
      const rest = await run(open(checkpoints), invertingRecipe({ steps: 6, ...training }), {});
      expect(lossesIn(rest)).toHaveLength(6);
      expect(lossesIn(rest)).toEqual(lossesIn(whole));
      expect(rest.result.metrics).toEqual(whole.result.metrics);
    },
  );

  test('leave in files that say what they translate, and translate the same again', async () => {
    const session = open();
    const recipe = invertingRecipe({ steps: 2, validateEvery: 2 });
    const { result } = await run(session, recipe, {});
    const handleOf = (of: typeof result, nodeId: string, port: string) =>
      of.outputs.find((one) => one.nodeId === nodeId && one.port === port)?.handle ?? '';
    const imageOf = async (from: typeof session, of: typeof result) => {
      const read = await from.read({ handle: handleOf(of, 'translate', 'image'), as: 'volume' });
      return read.kind === 'volume' ? read.volume.values : undefined;
    };
    const fileOf = async (port: string) => {
      const handle = handleOf(result, 'train', port);
      const read = await session.read({ handle, as: 'file', format: 'network-zip' });
      if (read.kind !== 'file') throw new Error(`${port} is no file.`);
      return read.bytes;
    };
    const bytes = await fileOf('network');
    const cardOf = (file: Uint8Array) =>
      JSON.parse(new TextDecoder().decode(unpackNetwork(file).card)).settings;
    expect(cardOf(bytes)).toMatchObject({ from: 'dark', to: 'bright' });
    expect(cardOf(await fileOf('back'))).toMatchObject({ from: 'bright', to: 'dark' });

    const other = open();
    const source = { kind: 'file', as: 'network', name: 'inverts.zip' } as const;
    const opened = await other.openInput({ nodeId: 'load', source, bytes });
    if (!opened.ok) throw new Error(JSON.stringify(opened.diagnostics));
    const { train: _, ...nodes } = recipe.nodes;
    const loading = {
      ...recipe,
      nodes: { ...nodes, load: node('load.network') },
      edges: [
        { from: 'load.network', to: 'translate.network' },
        ...recipe.edges.filter(({ to }) => !/^train|translate.network/.test(to)),
      ],
    };
    const again = await run(other, loading, { load: opened.handle });
    const values = await imageOf(other, again.result);
    expect(values).toEqual(await imageOf(session, result));
    expect(new Set(values).size).toBeGreaterThan(100);
  });

  test.each([
    ['maker', 'network', /has not learned anything yet/],
    ['unet', 'network', /has not learned anything yet/],
  ])('translate nothing by a network that has not learned: %s', async (by, port, message) => {
    const { result } = await run(open(), invertingRecipe({ steps: 1 }, by), {});
    expect(result.diagnostics).toMatchObject([
      { at: { nodeId: 'translate', port }, message: expect.stringMatching(message) },
    ]);
  });

  test('is refused a network that registers, and a discriminator of pairs', async () => {
    const recipe = invertingRecipe({ steps: 1 });
    const withUnet = {
      ...recipe,
      edges: recipe.edges.map((edge) =>
        edge.from === 'maker.network' ? { ...edge, from: 'unet.network' } : edge,
      ),
    };
    const withPairs = {
      ...recipe,
      nodes: { ...recipe.nodes, judge: node('network.discriminator', { channels: [4] }) },
    };
    const told = async (one: typeof withUnet) => (await run(open(), one, {})).result.diagnostics;
    expect(await told(withUnet)).toMatchObject([
      {
        at: { nodeId: 'train', port: 'network' },
        message: expect.stringMatching(/VoxelMorph registers/),
      },
    ]);
    expect(await told(withPairs)).toMatchObject([
      { at: { port: 'discriminator' }, message: expect.stringMatching(/sees two images/) },
    ]);
  });
});
