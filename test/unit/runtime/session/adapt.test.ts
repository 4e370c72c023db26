import { describe, expect, test } from 'vitest';
import type { CheckpointStore } from '../../../../src/runtime/api/engine/checkpoint-store';
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

/** A network that has learned a little from squares, adapted to two of them that it has not seen, and asked before and after. */
function adaptingRecipe(adapting: Readonly<Record<string, unknown>> = {}) {
  const { nodes, edges, ...recipe } = squaresRecipe({ steps: 4, validateEvery: 4 });
  const { squares, unet, mse, diffusion, train } = nodes;
  const asked = (name: 'before' | 'after', network: string) => [
    { from: `${network}.network`, to: `${name}.network` },
    { from: 'squares.fixed', to: `${name}.fixed` },
    { from: 'squares.moving', to: `${name}.moving` },
    { from: `${name}.transform`, to: `warp-${name}.transform` },
    { from: 'squares.movingLabels', to: `warp-${name}.labels` },
    { from: 'squares.fixedLabels', to: `dice-${name}.fixed` },
    { from: `warp-${name}.labels`, to: `dice-${name}.warped` },
  ];
  return {
    ...recipe,
    nodes: {
      ...{ squares, unet, mse, diffusion, train },
      adapt: node('network.adapt', { steps: 40, learningRate: 0.01, ...adapting }),
      before: node('network.predict'),
      after: node('network.predict'),
      'warp-before': node('apply.labels'),
      'warp-after': node('apply.labels'),
      'dice-before': node('evaluate.dice'),
      'dice-after': node('evaluate.dice'),
    } as Record<string, ReturnType<typeof node>>,
    edges: [
      ...edges.filter(({ from }) => !/^(overlap|squares\..*Labels)/.test(from)),
      { from: 'train.network', to: 'adapt.network' },
      { from: 'squares.fixed', to: 'adapt.fixed' },
      { from: 'squares.moving', to: 'adapt.moving' },
      { from: 'mse.objective', to: 'adapt.objectives' },
      { from: 'diffusion.objective', to: 'adapt.objectives' },
      ...asked('before', 'train'),
      ...asked('after', 'adapt'),
    ],
  };
}

type Watched = Awaited<ReturnType<typeof run>>;

/** Losses by step as a node told them, each objective by its name. */
const lossesOf = (nodeId: string, { messages }: Watched) =>
  messages.flatMap(({ losses }) =>
    losses
      .filter((told) => told.nodeId === nodeId)
      .flatMap(({ names, rows }) =>
        rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]!]))),
      ),
  );

const saidOf = (nodeId: string, { result }: Watched) =>
  result.diagnostics.filter(({ at }) => at.nodeId === nodeId);

describe('a network that is adapted to a pair', { timeout: 120_000 }, () => {
  test('comes further on that pair, says how far, and leaves no checkpoint', async () => {
    const kept = checkpointsInMemory();
    const keys = new Set<string>();
    const checkpoints: CheckpointStore = {
      ...kept,
      load: (key) => kept.load(key),
      save: (key, bytes) => {
        keys.add(key);
        return kept.save(key, bytes);
      },
    };
    const watched = await run(open(checkpoints), adaptingRecipe({ patience: 0 }), {});
    const { metrics, levels, status } = watched.result;
    expect(status).toBe('done');
    expect(saidOf('adapt', watched)).toEqual([]);
    expect(metrics['adaptation.steps']).toBe(40);
    expect(metrics['adaptation.loss']).toBeLessThan(0.7 * metrics['adaptation.loss.before']!);
    expect(metrics['dice-after.dice.mean']).toBeGreaterThan(metrics['dice-before.dice.mean']!);
    expect(levels.map(({ nodeId, iterations }) => [nodeId, iterations])).toEqual([
      ['train', 4],
      ['adapt', 40],
    ]);
    // Step by step on the same pair: the loss that is told first is the one that it began with.
    expect(lossesOf('adapt', watched)[0]!.total).toBeCloseTo(metrics['adaptation.loss.before']!, 6);
    // That of the training alone.
    expect(keys.size).toBe(1);
  });

  test('is the one that came, and ends early and says so, where nothing falls', async () => {
    const watched = await run(
      open(),
      adaptingRecipe({ steps: 50, learningRate: 0.1, lookEvery: 1, patience: 2 }),
      {},
    );
    const { metrics } = watched.result;
    expect(saidOf('adapt', watched)).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('did not fall within 2 steps') },
    ]);
    expect(metrics['adaptation.loss']).toBe(metrics['adaptation.loss.before']);
    expect(metrics['dice-after.dice.mean']).toBe(metrics['dice-before.dice.mean']);
  });

  test('counts regularization in every step as it is told', async () => {
    const { nodes, edges, ...recipe } = adaptingRecipe({
      steps: 3,
      regularization: 0.25,
      learningRate: 0.001,
    });
    nodes.unet = node('network.hypermorph', {
      ...{ encoder: [4, 8], decoder: [8, 8, 4], layers: 2, units: 8 },
      predicts: 'displacement',
    });
    const watched = await run(open(), { ...recipe, nodes, edges }, {});
    expect(saidOf('adapt', watched)).toEqual([]);
    const losses = lossesOf('adapt', watched);
    expect(losses).toHaveLength(3);
    for (const { total, mse, diffusion } of losses) {
      expect(total).toBeCloseTo(0.75 * mse! + 0.25 * 0.002 * diffusion!, 6);
    }
  });

  test.each<[string, (recipe: ReturnType<typeof adaptingRecipe>) => void, string, RegExp]>([
    [
      'a network that has learned nothing',
      ({ edges }) => {
        const wire = edges.find(({ to }) => to === 'adapt.network');
        if (wire) wire.from = 'unet.network';
      },
      'adapt',
      /not learned anything/,
    ],
    [
      'labels of the moving image, which a map that comes first does not move',
      ({ nodes, edges }) => {
        Object.assign(nodes, {
          centres: node('initialise.centres'),
          overlap: node('similarity.label-overlap'),
        });
        edges.push(
          { from: 'squares.fixed', to: 'centres.fixed' },
          { from: 'squares.moving', to: 'centres.moving' },
          { from: 'centres.transform', to: 'adapt.initial' },
          { from: 'squares.fixedLabels', to: 'overlap.fixed' },
          { from: 'squares.movingLabels', to: 'overlap.moving' },
          { from: 'overlap.objective', to: 'adapt.objectives' },
        );
      },
      'overlap',
      /data of its own, which Initial of Adapt does not move/,
    ],
  ])('is refused for %s', async (_, change, nodeId, message) => {
    const recipe = adaptingRecipe({ steps: 1 });
    change(recipe);
    const { result } = await run(open(), recipe, {});
    expect(result.status).toBe('failed');
    const errors = result.diagnostics.filter(({ severity }) => severity === 'error');
    expect(errors).toMatchObject([{ at: { nodeId }, message: expect.stringMatching(message) }]);
  });

  test('may learn from labels of the pair where no map comes first', async () => {
    const recipe = adaptingRecipe({ steps: 2, lookEvery: 1 });
    recipe.nodes.overlap = node('similarity.label-overlap');
    recipe.edges.push(
      { from: 'squares.fixedLabels', to: 'overlap.fixed' },
      { from: 'squares.movingLabels', to: 'overlap.moving' },
      { from: 'overlap.objective', to: 'adapt.objectives' },
    );
    const watched = await run(open(), recipe, {});
    expect(watched.result.status).toBe('done');
    expect(lossesOf('adapt', watched)[0]!.overlap).toBeCloseTo(
      -watched.result.metrics['dice-before.dice.mean']!,
      1,
    );
  });
});
