import { describe, expect, test } from 'vitest';
import type { CheckpointStore } from '../../../../src/runtime/api/engine/checkpoint-store';
import { checkpointsInMemory } from '../../../../src/runtime/networks/training/checkpoint';
import { shareOfStep } from '../../../../src/runtime/networks/training/draws';
import { registryWithSquares, squaresRecipe } from '../../../support/shifted-squares';
import { openSession, run } from '../../../support/small-session';

const open = (checkpoints: CheckpointStore = checkpointsInMemory()) =>
  openSession({ registry: registryWithSquares, checkpoints });

const node = (type: string, params: Readonly<Record<string, unknown>> = {}) => ({
  type,
  version: 1,
  params,
});

/** Squares learned by a network that is told how much regularization counts, and predicted at one share. */
function toldRecipe(training: Readonly<Record<string, unknown>>, regularization = 0.5) {
  const recipe = squaresRecipe({ learningRate: 0.01, ...training });
  return {
    ...recipe,
    nodes: {
      ...recipe.nodes,
      unet: node('network.hypermorph', {
        predicts: 'displacement',
        encoder: [4, 8],
        decoder: [8, 8, 4],
        layers: 2,
        units: 8,
      }),
      diffusion: node('regularizer.diffusion', { weight: 0.1 }),
      predict: node('network.predict', { regularization }),
      jacobian: node('evaluate.jacobian'),
    },
    edges: [
      ...recipe.edges,
      { from: 'train.network', to: 'predict.network' },
      { from: 'squares.fixed', to: 'predict.fixed' },
      { from: 'squares.moving', to: 'predict.moving' },
      { from: 'predict.transform', to: 'jacobian.transform' },
    ],
  };
}

/** Losses by step as they were told. */
function lossesIn({ messages }: Awaited<ReturnType<typeof run>>): readonly (readonly number[])[] {
  return messages.flatMap(({ losses }) => losses.flatMap(({ rows }) => rows));
}

describe('a network that is told how much regularization counts', { timeout: 300_000 }, () => {
  test('is trained once, and gives smoother fields the more it is told', async () => {
    const session = open();
    const training = { steps: 60, validateEvery: 60 };
    const spreads: number[] = [];
    for (const [index, share] of [0.1, 0.5, 0.9].entries()) {
      const { result, states } = await run(session, toldRecipe(training, share), {});
      expect(result.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(states.get('train')?.includes('running')).toBe(index === 0);
      expect(states.get('predict')?.includes('running')).toBe(true);
      spreads.push(result.metrics['jacobian.logStandardDeviation'] ?? 0);
      for (const looked of [0.1, 0.5, 0.9]) {
        expect(result.metrics[`validation.dice.at.${looked}`]).toBeGreaterThan(0.8);
      }
    }
    expect(spreads[1]).toBeLessThan(0.9 * spreads[0]!);
    expect(spreads[2]).toBeLessThan(0.9 * spreads[1]!);
  });

  test('goes on where it stopped, with a weight turned by hand, as if it had never stopped', async () => {
    const recipe = toldRecipe({ steps: 12, validateEvery: 6 });
    const turning = async (checkpoints: CheckpointStore, cancelAt: number) => {
      const session = open(checkpoints);
      let hasTurned = false;
      let told = 0;
      return run(session, recipe, {}, ({ preview, losses }, { runId }) => {
        // The first look at the validation pairs comes before the first step.
        if (!hasTurned && preview) void session.turn(runId, 'diffusion', 'weight', 0.5);
        hasTurned ||= preview !== undefined;
        told += losses.reduce((sum, { rows }) => sum + rows.length, 0);
        if (told >= cancelAt) void session.cancel(runId);
      });
    };
    const whole = await turning(checkpointsInMemory(), Number.POSITIVE_INFINITY);
    expect(whole.result.turned).toMatchObject([{ nodeId: 'diffusion', value: 0.5 }]);
    const checkpoints = checkpointsInMemory();
    const half = await turning(checkpoints, 1);
    expect(half.result.status).toBe('cancelled');
    const rest = await run(open(checkpoints), recipe, {});
    expect(lossesIn(half).length).toBeLessThan(12);
    expect(lossesIn(rest)).toEqual(lossesIn(whole));
    expect(rest.result.metrics).toEqual(whole.result.metrics);
    // What was turned stays turned in every step, beside the share of the step.
    const names = whole.messages.flatMap(({ losses }) => losses.map((told) => told.names))[0]!;
    const at = (name: string) => names.indexOf(name);
    for (const [step, row] of lossesIn(whole).entries()) {
      const share = shareOfStep(1, step);
      const similar = row[at('mse')]! + 0.1 * row[at('overlap')]!;
      const total = (1 - share) * similar + share * 0.5 * row[at('diffusion')]!;
      expect(row[0]).toBeCloseTo(total, 5);
    }
  });

  test('may weigh regularizers alone', async () => {
    const { nodes, ...recipe } = toldRecipe({ steps: 2, validateEvery: 2 });
    const unet = node('network.conditional-lapirn', { width: 1, strongest: 4 });
    const watched = await run(open(), { ...recipe, nodes: { ...nodes, unet } }, {});
    expect(watched.result.status).toBe('done');
    const names = watched.messages.flatMap(({ losses }) => losses.map((told) => told.names))[0]!;
    const at = (name: string) => names.indexOf(name);
    for (const [step, row] of lossesIn(watched).entries()) {
      const similar = row[at('mse')]! + 0.1 * row[at('overlap')]!;
      expect(row[0]).toBeCloseTo(
        similar + 4 * shareOfStep(1, step) * 0.1 * row[at('diffusion')]!,
        5,
      );
    }
  });

  test('is refused where no regularizer is wired', async () => {
    const recipe = toldRecipe({ steps: 1 });
    const edges = recipe.edges.filter(({ from }) => from !== 'diffusion.objective');
    const { result } = await run(open(), { ...recipe, edges }, {});
    expect(result.diagnostics).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('no regularizer is wired') }),
    );
  });
});

describe('a network that says how sure it is', { timeout: 300_000 }, () => {
  const recipe = () => {
    const { edges, nodes, ...rest } = squaresRecipe({
      steps: 12,
      validateEvery: 12,
      learningRate: 0.01,
    });
    const { unet, mse, squares, train } = nodes;
    return {
      ...rest,
      nodes: {
        squares,
        train,
        unet: { ...unet, params: { ...unet.params, predicts: 'velocity with variance' } },
        mse: { ...mse, params: { weight: 200 } },
      },
      edges: edges.filter(({ from }) => !/^(overlap|diffusion|squares\..*Labels)/.test(from)),
    };
  };

  test('learns on a loss that names its divergence, the same again after it stopped', async () => {
    const whole = await run(open(), recipe(), {});
    expect(whole.result.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    const names = whole.messages.flatMap(({ losses }) => losses.map((told) => told.names))[0]!;
    expect(names).toEqual(['total', 'mse', 'kl-divergence']);
    const rows = lossesIn(whole);
    expect(rows).toHaveLength(12);
    for (const [total, mse, divergence] of rows) {
      expect(total).toBeCloseTo(200 * mse! + divergence!, 4);
    }
    expect(rows.at(-1)![0]).toBeLessThan(rows[0]![0]!);
    const checkpoints = checkpointsInMemory();
    const first = open(checkpoints);
    const half = await run(first, recipe(), {}, ({ losses }, { runId }) => {
      if (losses.some(({ rows: told }) => told.length > 0)) void first.cancel(runId);
    });
    expect(half.result.status).toBe('cancelled');
    const rest = await run(open(checkpoints), recipe(), {});
    expect(lossesIn(rest)).toEqual(rows);
    expect(rest.result.metrics).toEqual(whole.result.metrics);
  });
});
