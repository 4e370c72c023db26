import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { applyMatrix, type Matrix3x4, type Vec3 } from '../../../src/imaging/frames';
import { axisAlignedGrid, type Grid } from '../../../src/imaging/grid';
import type { ImageVolume } from '../../../src/imaging/volume';
import { defineComputedNode } from '../../../src/runtime/api/nodes/define-computed-node';
import { checkpointsInMemory } from '../../../src/runtime/networks/training/checkpoint';
import { registryWith } from '../../support/computed-nodes';
import { bind, openSession, run } from '../../support/small-session';

const edge = 4;
const grid = axisAlignedGrid([24, 24, 1], [edge, edge, edge], [-46, -46, 0]);

/** Two blobs, one larger than the other, somewhere about the middle. */
function blobs(n: number): Float32Array {
  const right = (n % 5) - 2;
  return Float32Array.from({ length: 24 * 24 }, (_, i) => {
    const [x, y] = [(i % 24) - 11.5, Math.floor(i / 24) - 11.5];
    const at = (cx: number, cy: number, width: number) =>
      Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * width ** 2));
    return at(right - 3, -2 + (n % 3), 3.5) + 0.7 * at(right + 4, 3, 2);
  });
}

/** Pairs that lie upon each other. */
const aligned = defineComputedNode({
  type: 'test.aligned',
  version: 1,
  title: 'Aligned',
  section: 'network',
  synonyms: [],
  documentation: { summary: 'Blobs that lie upon each other.', details: 'For tests.' },
  params: z.object({ validationPairs: z.number().default(4) }),
  inputs: {},
  outputs: { dataset: { type: 'dataset', doc: 'Pairs.' } },
  async compute(_, { validationPairs }) {
    const pair = (n: number) => ({ fixed: blobs(n), moving: blobs(n) });
    return {
      dataset: {
        kind: 'dataset',
        grid,
        origin: 'blobs',
        trainingPair: pair,
        validationPairs,
        validationPair: (n) => pair(1000 + n),
      },
    };
  },
});

const open = (checkpoints = checkpointsInMemory()) =>
  openSession({ registry: registryWith(aligned as never), checkpoints });
const session = open();
afterAll(() => session.destroy());

const node = (type: string, params = {}) => ({ type, version: 1, params });

function training(params = {}, agent = {}) {
  return {
    ...{ schemaVersion: 1, name: 'Agent', description: 'An agent learns from blobs.' },
    nodes: {
      aligned: node('test.aligned'),
      agent: node('network.rigid-agent', {
        ...{ encoder: [6, 8, 8], dense: [24], stepMm: 4, stepDegrees: 10 },
        ...agent,
      }),
      train: node('network.train-agent', {
        ...{ steps: 120, validateEvery: 120, learningRate: 0.005, poses: 8 },
        ...{ turnDegrees: 10, shiftMm: 16 },
        ...params,
      }),
    } as Record<string, ReturnType<typeof node>>,
    edges: [
      { from: 'aligned.dataset', to: 'train.dataset' },
      { from: 'agent.network', to: 'train.network' },
    ],
  };
}

/** An agent that has learned is followed from a fixed image to a moving one, of which the loaders are files. */
function following(params = {}, trained = training()) {
  const file = (name: string) => ({ source: { kind: 'file', name } });
  return {
    ...trained,
    nodes: {
      ...trained.nodes,
      fixed: node('load.image', file('fixed.nii')),
      moving: node('load.image', file('moving.nii')),
      follow: node('network.follow-agent', { rollOuts: 3, mostSteps: 30, ...params }),
      warp: node('apply.image'),
    } as Record<string, ReturnType<typeof node>>,
    edges: [
      ...trained.edges,
      { from: 'train.network', to: 'follow.network' },
      { from: 'fixed.image', to: 'follow.fixed' },
      { from: 'moving.image', to: 'follow.moving' },
      { from: 'moving.image', to: 'warp.image' },
      { from: 'follow.transform', to: 'warp.transform' },
    ],
  };
}

/** The same blobs, lying somewhere else in the world. */
function image([dx, dy]: readonly [number, number]): ImageVolume {
  const moved: Grid = axisAlignedGrid([24, 24, 1], [edge, edge, edge], [-46 + dx, -46 + dy, 0]);
  return { kind: 'image', grid: moved, values: blobs(7), storedType: 'float32' };
}

const away = [10, -6] as const;

async function followed(recipe: ReturnType<typeof following>) {
  const images = { fixed: image([0, 0]), moving: image(away) };
  return (await run(session, recipe, await bind(session, images))).result;
}

type Told = Awaited<ReturnType<typeof followed>>;
const said = ({ diagnostics }: Told, severity: string) =>
  diagnostics.filter((one) => one.severity === severity);

describe('an agent', { timeout: 120_000 }, () => {
  test('learns to bring images onto each other, and does so with others, elsewhere', async () => {
    const result = await followed(following());
    expect(said(result, 'error')).toEqual([]);
    expect(result.metrics['validation.error.before']).toBeGreaterThan(8);
    expect(result.metrics['validation.error']).toBeLessThan(5);
    const { handle = '' } = result.outputs.find(({ nodeId }) => nodeId === 'follow') ?? {};
    const read = await session.read({ handle, as: 'transform' });
    if (read.kind !== 'transform') throw new Error('Follow agent gave no transform.');
    expect(read.displacement).toBeUndefined();
    // The middle of what is shown has gone 11.7 mm away; steps are 4 mm and 10°.
    const off = (at: Vec3, affine: Matrix3x4) =>
      Math.hypot(
        ...applyMatrix(affine, at).map((mm, axis) => mm - at[axis]! - [...away, 0][axis]!),
      );
    expect(off([0, 0, 0], read.affine)).toBeLessThan(5);
    expect(result.metrics['agent.settled']).toBeGreaterThan(0);
    expect(result.metrics['agent.steps']).toBeGreaterThanOrEqual(2);
  });

  test.each(['action-values', 'policy-and-value'])(
    'is cancelled, goes on where it stopped, and ends as if it had never been: %s',
    async (heads) => {
      const recipe = training({ steps: 16, validateEvery: 8, walk: 3 }, { heads });
      const whole = await run(open(), recipe, {});
      expect(whole.result.status).toBe('done');
      const checkpoints = checkpointsInMemory();
      const first = open(checkpoints);
      const half = await run(first, recipe, {}, ({ losses }, { runId }) => {
        if (losses.some(({ rows }) => rows.length > 0)) void first.cancel(runId);
      });
      expect(half.result.status).toBe('cancelled');
      const rest = await run(open(checkpoints), recipe, {});
      expect(rest.result.metrics).toEqual(whole.result.metrics);
      const lossesIn = ({ messages }: typeof rest) =>
        messages.flatMap(({ losses }) => losses.flatMap(({ rows }) => rows));
      expect(lossesIn(half).length).toBeLessThan(16);
      expect(lossesIn(rest)).toEqual(lossesIn(whole));
    },
  );

  test('says that it came to no rest', async () => {
    const unlearned = training({ steps: 1, validateEvery: 1 });
    const result = await followed(following({ mostSteps: 1, rollOuts: 1 }, unlearned));
    expect(result.status).toBe('done');
    expect(said(result, 'warning')).toMatchObject([
      { at: { nodeId: 'follow', parameter: 'mostSteps' } },
    ]);
    expect(result.metrics['agent.settled']).toBe(0);
  });

  test.each<[string, (recipe: ReturnType<typeof following>) => void, object, RegExp]>([
    [
      'nothing to learn',
      ({ nodes }) => void Object.assign(nodes.train!.params, { turnDegrees: 0, shiftMm: 0 }),
      { nodeId: 'train', parameter: 'shiftMm' },
      /no way home/,
    ],
    [
      'a network that registers',
      ({ nodes }) => void Object.assign(nodes, { agent: node('network.voxelmorph') }),
      { nodeId: 'train', port: 'network' },
      /VoxelMorph registers; here goes a network that takes steps/,
    ],
    [
      'an agent that has learned nothing',
      ({ edges }) => {
        edges.find(({ to }) => to === 'follow.network')!.from = 'agent.network';
      },
      { nodeId: 'follow', port: 'network' },
      /not learned anything/,
    ],
    [
      'pairs to learn from alone',
      ({ nodes }) => void Object.assign(nodes.aligned!.params, { validationPairs: 0 }),
      { nodeId: 'train', port: 'dataset' },
      /no validation pairs/,
    ],
  ])('refuses %s', async (_, change, at, message) => {
    const recipe = following({}, training({ steps: 1, validateEvery: 1 }));
    change(recipe);
    const result = await followed(recipe);
    expect(result.status).toBe('failed');
    expect(said(result, 'error')).toMatchObject([{ at }]);
    expect(said(result, 'error')[0]?.message).toMatch(message);
  });
});
