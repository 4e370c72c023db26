import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkpointsInFolder } from '../../../src/cli/checkpoint-files';
import { runCommandLine } from '../../../src/cli/command-line';
import { decodeCheckpoint } from '../../../src/runtime/networks/training/checkpoint';
import { createTestHost, type TestHost } from './test-host';

const node = (type: string, params: object = {}) => ({ type, version: 1, params });
/** A network that learns a little from generated slices. */
const recipe = JSON.stringify({
  schemaVersion: 1,
  name: 'Tiny training',
  description: 'Learns a little.',
  nodes: {
    pairs: node('network.synthesize', {
      sizeVoxels: [16, 16],
      spacingMm: 10,
      labels: 'shapes',
      validationPairs: 1,
    }),
    unet: node('network.voxelmorph', { encoder: [2], decoder: [2, 2] }),
    overlap: node('similarity.label-overlap'),
    train: node('network.train', { steps: 3, validateEvery: 2, learningRate: 0.01 }),
    save: node('save.network', { name: 'tiny.zip', licence: 'CC0-1.0' }),
  },
  edges: [
    { from: 'pairs.dataset', to: 'train.dataset' },
    { from: 'unet.network', to: 'train.network' },
    { from: 'overlap.objective', to: 'train.objectives' },
    { from: 'pairs.fixedLabels', to: 'overlap.fixed' },
    { from: 'pairs.movingLabels', to: 'overlap.moving' },
    { from: 'train.network', to: 'save.network' },
  ],
});

const command = ['train', 'tiny.json', '--out', 'there', '--json'];
const weft = (host: TestHost, ...more: readonly string[]) =>
  runCommandLine([...command, ...more], host);
const told = ({ disk }: TestHost) => [...disk].filter(([path]) => path.includes('checkpoints'));

/** Steps after which each kept training has looked at its validation pairs. */
const looksIn = (host: TestHost) =>
  told(host).map(([, bytes]) => decodeCheckpoint(bytes)?.looks.map(({ steps }) => steps));

describe('weft train', { timeout: 60_000 }, () => {
  it('writes the network, keeps what it learned, and goes on from there to the same bits', async () => {
    const host = createTestHost({ disk: { 'tiny.json': recipe } });
    expect(await weft(host)).toBe(0);
    expect([...host.disk.keys()]).toEqual(
      expect.arrayContaining(['there/tiny.zip', 'there/metrics.json', 'there/manifest.json']),
    );
    // Of a look between two others a longer training knows nothing.
    expect(looksIn(host)).toEqual([[0, 2]]);
    // Hours of training are not begun anew unasked.
    expect(await weft(host, '--steps', '5')).toBe(1);
    expect(host.printed().out).toContain('--resume');
    expect(await weft(host, '--steps', '5', '--resume')).toBe(0);
    expect(JSON.parse(host.writtenText('there/metrics.json'))['training.steps']).toBe(5);
    // It went on, and did not begin under another key.
    expect(looksIn(host)).toEqual([[0, 2, 4]]);

    const anew = createTestHost({ disk: { 'tiny.json': recipe } });
    expect(await weft(anew, '--steps', '5', '--resume')).toBe(0);
    expect(anew.printed().error).toContain('there holds no training to go on with');
    const networkOf = ({ disk }: TestHost) => disk.get('there/tiny.zip');
    expect(networkOf(host)?.length).toBeGreaterThan(1000);
    expect(networkOf(host)).toEqual(networkOf(anew));
  });

  it('says so where nothing learns, and where what was left is damaged', async () => {
    const host = createTestHost({ disk: { 'tiny.json': recipe } });
    const still = ['train', 'pipelines/brain-2d-greedy.json', '--out', 'there'];
    expect(await runCommandLine(still, host)).toBe(1);
    expect(host.printed().error).toContain('No node of this recipe learns.');
    expect(await weft(host)).toBe(0);
    for (const [path, bytes] of told(host)) host.disk.set(path, bytes.subarray(0, 100));
    expect(await weft(host, '--resume')).toBe(0);
    expect(host.printed().error).toContain('damaged: it began anew');
  });

  it('ends at Ctrl-C, and says how to go on', async () => {
    const host = createTestHost({ disk: { 'tiny.json': recipe } });
    const running = weft(host, '--steps', '100000');
    const press = setInterval(() => host.interrupt(), 300);
    expect(await running).toBe(130);
    clearInterval(press);
    expect(host.printed().error).toContain('with --resume goes on where it stopped');
    expect(JSON.parse(host.printed().out).status).toBe('cancelled');
    expect(told(host)).toHaveLength(1);
  });
});

describe('checkpoints as files', () => {
  it('are there whole or not at all', async () => {
    const folder = await fs.mkdtemp(join(tmpdir(), 'weft-'));
    try {
      const store = checkpointsInFolder(join(folder, 'deep', 'checkpoints'), fs, join);
      expect(await store.load('abc')).toBeUndefined();
      await store.save('abc', Uint8Array.of(1, 2));
      await store.save('abc', Uint8Array.of(3));
      expect([...((await store.load('abc')) ?? [])]).toEqual([3]);
      // A process that was killed while it wrote.
      const killed = checkpointsInFolder(
        join(folder, 'deep', 'checkpoints'),
        { ...fs, rename: () => Promise.reject(new Error('killed')) },
        join,
      );
      await expect(killed.save('abc', Uint8Array.of(9, 9))).rejects.toThrow('killed');
      expect([...((await store.load('abc')) ?? [])]).toEqual([3]);
    } finally {
      await fs.rm(folder, { recursive: true });
    }
  });
});
