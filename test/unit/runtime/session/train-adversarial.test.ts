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

/** Squares learned by what a discriminator says of them, and by diffusion. */
function judgedRecipe(
  training: Readonly<Record<string, unknown>>,
  { sees = 'pair', judge = 'judge' } = {},
) {
  const { nodes, edges, ...rest } = squaresRecipe();
  const { mse: _, overlap: __, ...others } = nodes;
  return {
    ...rest,
    nodes: {
      ...others,
      diffusion: node('regularizer.diffusion', { weight: 0.02 }),
      judge: node('network.discriminator', { channels: [8, 16], sees }),
      train: node('network.train-adversarial', {
        learningRate: 0.005,
        discriminatorRate: 0.005,
        examples: 'mixed',
        ...training,
      }),
    },
    edges: [
      ...edges.filter(({ from, to }) => !/^(mse|overlap)/.test(from) && !/^overlap/.test(to)),
      { from: `${judge}.network`, to: 'train.discriminator' },
    ],
  };
}

type Watched = Awaited<ReturnType<typeof run>>;

function lossesIn({ messages }: Watched): readonly (readonly number[])[] {
  return messages.flatMap(({ losses }) => losses.flatMap(({ rows }) => rows));
}

describe('a similarity that is learned', { timeout: 300_000 }, () => {
  test('brings squares onto each other by nothing else', async () => {
    const watched = await run(open(), judgedRecipe({ steps: 120, validateEvery: 60 }), {});
    const { result, messages } = watched;
    expect(result.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    const told = messages.flatMap(({ losses }) => losses)[0];
    expect(told?.names).toEqual([
      'total',
      'diffusion',
      'learned-similarity',
      'discriminator',
      'discriminator-accuracy',
    ]);
    for (const [total, diffusion, similarity, , accuracy] of lossesIn(watched)) {
      expect(total).toBeCloseTo(0.02 * diffusion! + similarity!, 5);
      expect(accuracy).toBeGreaterThanOrEqual(0);
      expect(accuracy).toBeLessThanOrEqual(1);
    }
    const { metrics } = result;
    expect(metrics['validation.dice.before']).toBeLessThan(0.82);
    expect(metrics['validation.dice']).toBeGreaterThan(0.86);
  });

  test('goes on where it stopped, discriminator and all, and ends as if it had never stopped', async () => {
    const recipe = judgedRecipe({ steps: 12, validateEvery: 4 });
    const whole = await run(open(), recipe, {});
    const checkpoints = checkpointsInMemory();
    await run(open(checkpoints), judgedRecipe({ steps: 6, validateEvery: 4 }), {});
    const rest = await run(open(checkpoints), recipe, {});
    expect(lossesIn(rest)).toEqual(lossesIn(whole));
    expect(rest.result.metrics).toEqual(whole.result.metrics);
  });

  test('is weighed while it learns', async () => {
    const session = open();
    const turns: unknown[] = [];
    let asked = false;
    const recipe = judgedRecipe({ steps: 4, validateEvery: 4 });
    const watched = await run(session, recipe, {}, ({ preview }, { runId }) => {
      if (asked || !preview) return;
      asked = true;
      for (const parameter of ['similarityWeight', 'discriminatorRate']) {
        void session.turn(runId, 'train', parameter, 0.5).then((told) => turns.push(told));
      }
    });
    expect(turns).toMatchObject([{ ok: true }, { ok: true }]);
    const [total = 0, diffusion = 0, similarity = 0] = lossesIn(watched).at(-1) ?? [];
    expect(total).toBeCloseTo(0.02 * diffusion + 0.5 * similarity, 5);
  });

  test.each([
    [
      'examples that are not known',
      judgedRecipe({ examples: 'aligned' }),
      { parameter: 'examples' },
      /no aligned ones are known/,
    ],
    [
      'a discriminator of single images',
      judgedRecipe({}, { sees: 'image' }),
      { port: 'discriminator' },
      /sees one image; here it is shown two/,
    ],
    [
      'a network that registers in place of a discriminator',
      judgedRecipe({}, { judge: 'unet' }),
      { port: 'discriminator' },
      /VoxelMorph registers; here goes a network that judges/,
    ],
  ])('is refused %s', async (_, recipe, at, message) => {
    const { result } = await run(open(), recipe, {});
    expect(result.diagnostics).toMatchObject([
      { at: { nodeId: 'train', ...at }, message: expect.stringMatching(message) },
    ]);
  });
});
