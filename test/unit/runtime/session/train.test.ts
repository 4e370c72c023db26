import { describe, expect, test } from 'vitest';
import type { CheckpointStore } from '../../../../src/runtime/api/engine/checkpoint-store';
import { deviceOpeners } from '../../../../src/runtime/device-openers';
import { checkpointsInMemory } from '../../../../src/runtime/networks/training/checkpoint';
import { registryWithSquares, squaresRecipe } from '../../../support/shifted-squares';
import { openSession, run } from '../../../support/small-session';

const open = (checkpoints: CheckpointStore = checkpointsInMemory()) =>
  openSession({ registry: registryWithSquares, checkpoints });

type Squares = ReturnType<typeof squaresRecipe>;

/** Losses by step as they were told. */
function lossesIn({ messages }: Awaited<ReturnType<typeof run>>): readonly number[] {
  return messages.flatMap(({ losses }) =>
    losses.flatMap(({ rows }) => rows.map(([loss]) => loss!)),
  );
}

describe('a node that learns', { timeout: 300_000 }, () => {
  test('finds what brings the squares onto each other, and predicts it', async () => {
    const recipe = squaresRecipe({ steps: 30, validateEvery: 30 });
    const node = (type: string) => ({ type, version: 1, params: {} });
    const predicting = {
      ...recipe,
      nodes: {
        ...recipe.nodes,
        predict: node('network.predict'),
        warp: node('apply.labels'),
        dice: node('evaluate.dice'),
      },
      edges: [
        ...recipe.edges,
        { from: 'train.network', to: 'predict.network' },
        { from: 'squares.fixed', to: 'predict.fixed' },
        { from: 'squares.moving', to: 'predict.moving' },
        { from: 'predict.transform', to: 'warp.transform' },
        { from: 'squares.movingLabels', to: 'warp.labels' },
        { from: 'squares.fixedLabels', to: 'dice.fixed' },
        { from: 'warp.labels', to: 'dice.warped' },
      ],
    };
    const watched = await run(open(), predicting, {});
    const { result, states, messages } = watched;
    expect(result.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(result.status).toBe('done');
    expect(states.get('train')).toEqual(expect.arrayContaining(['waiting', 'running', 'done']));
    expect(lossesIn(watched)).toHaveLength(30);
    expect(messages.some(({ preview }) => preview?.nodeId === 'train')).toBe(true);
    expect(result.levels).toMatchObject([{ nodeId: 'train', iterations: 30, outcome: 'cap' }]);
    expect(result.metrics).toMatchObject({ 'training.steps': 30 });
    expect(result.metrics['validation.dice.before']).toBeLessThan(0.82);
    expect(result.metrics['validation.dice']).toBeGreaterThan(0.95);
    expect(result.metrics['dice.mean']).toBeGreaterThan(0.95);
  });

  test('integrates what predicts a velocity', async () => {
    const recipe = squaresRecipe({ steps: 3, validateEvery: 3 }, { predicts: 'velocity' });
    const watched = await run(open(), recipe, {});
    expect(watched.result.status).toBe('done');
    const losses = lossesIn(watched);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
  });

  test('is cancelled, goes on where it stopped, and ends as if it had never been', async () => {
    const recipe = squaresRecipe({ steps: 60, validateEvery: 30 });
    const whole = await run(open(), recipe, {});
    const checkpoints = checkpointsInMemory();
    const first = open(checkpoints);
    const half = await run(first, recipe, {}, ({ losses }, { runId }) => {
      if (losses.some(({ rows }) => rows.length > 0)) void first.cancel(runId);
    });
    expect(half.result.status).toBe('cancelled');
    expect(half.states.get('train')?.at(-1)).toBe('cancelled');
    // Another process, or the page after it was closed.
    const rest = await run(open(checkpoints), recipe, {});
    expect(lossesIn(half).length).toBeLessThan(60);
    expect(lossesIn(rest)).toEqual(lossesIn(whole));
    expect(rest.result.metrics).toEqual(whole.result.metrics);
    // What is finished is finished.
    expect((await run(open(checkpoints), recipe, {})).result.metrics).toEqual(whole.result.metrics);
  });

  test('takes another learning rate and another weight while it learns, and says so', async () => {
    const checkpoints = checkpointsInMemory();
    const session = open(checkpoints);
    const recipe = squaresRecipe({ steps: 6, validateEvery: 6 });
    const turns: unknown[] = [];
    let asked = false;
    // The first look at the validation pairs comes before the first step.
    const { result } = await run(session, recipe, {}, ({ preview }, { runId }) => {
      if (asked || !preview) return;
      asked = true;
      void session.turn(runId, 'train', 'learningRate', 0.02).then((told) => turns.push(told));
      void session.turn(runId, 'mse', 'weight', 2).then((told) => turns.push(told));
      void session.turn(runId, 'train', 'steps', 3).then((told) => turns.push(told));
    });
    expect(turns).toMatchObject([
      { ok: true, label: 'training' },
      { ok: true, label: 'training' },
      { ok: false, diagnostics: [{ at: { nodeId: 'train' } }] },
    ]);
    expect(result.turned).toMatchObject([
      { nodeId: 'train', parameter: 'learningRate', value: 0.02, label: 'training' },
      { nodeId: 'mse', parameter: 'weight', value: 2, label: 'training' },
    ]);
    const plain = await run(open(), recipe, {});
    expect(result.metrics['training.loss']).not.toBe(plain.result.metrics['training.loss']);
    // What was turned by hand is still said of what goes on from there.
    const after = await run(open(checkpoints), recipe, {});
    expect(after.result.turned).toEqual(result.turned);
    expect(after.result.metrics).toEqual(result.metrics);
  });

  test('is refused where a step would not fit the device', async () => {
    const machine = { gpu: undefined, spawnThread: undefined, threads: 1, memoryBytes: 2 ** 18 };
    const session = openSession({ registry: registryWithSquares, devices: deviceOpeners(machine) });
    const { result } = await run(session, squaresRecipe({ steps: 1 }), {});
    expect(result.diagnostics).toMatchObject([
      {
        at: { nodeId: 'train', port: 'network' },
        message: expect.stringMatching(/A step of training would need \d+ MiB of \d+ MiB on this/),
        remedy: expect.stringContaining('fewer channels'),
      },
    ]);
  });

  test.each<[string, (recipe: Squares) => void, string, RegExp]>([
    [
      'an objective that reads what was made of one pair',
      ({ nodes, edges }) => {
        Object.assign(nodes, { smooth: { type: 'prepare.smooth', version: 1, params: {} } });
        edges.push({ from: 'squares.fixed', to: 'smooth.image' });
        edges.push({ from: 'smooth.image', to: 'mse.fixed' });
      },
      'mse',
      /made this of one pair/,
    ],
    [
      'an objective that weighs what no network gives',
      ({ nodes }) =>
        Object.assign(nodes.diffusion, { type: 'regularizer.kinetic-energy', params: {} }),
      'diffusion',
      /gives a displacement, and this weighs something else/,
    ],
    [
      'a network whose levels do not divide the pairs',
      ({ nodes }) => {
        Object.assign(nodes.unet.params, {
          encoder: [2, 2, 2, 2, 2, 2],
          decoder: [2, 2, 2, 2, 2, 2],
        });
      },
      'train',
      /multiples of 64; these images have 32 × 32 voxels/,
    ],
    [
      'a dataset without validation pairs',
      ({ nodes }) => void Object.assign(nodes.squares.params, { validationPairs: 0 }),
      'train',
      /no validation pairs/,
    ],
    [
      'to go on where the loss is no number',
      ({ nodes }) => void Object.assign(nodes.squares.params, { scale: 1e30 }),
      'train',
      /not a number from iteration 1 on/,
    ],
  ])('refuses %s', async (_, change, nodeId, message) => {
    const recipe = squaresRecipe({ steps: 2, validateEvery: 1 });
    change(recipe);
    const { result } = await run(open(), recipe, {});
    expect(result.status).toBe('failed');
    const errors = result.diagnostics.filter(({ severity }) => severity === 'error');
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ at: { nodeId }, message: expect.stringMatching(message) });
  });
});
