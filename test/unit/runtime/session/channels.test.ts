import { afterAll, describe, expect, it } from 'vitest';
import { axisAlignedGrid, voxelCount } from '../../../../src/imaging/grid';
import { readNifti } from '../../../../src/imaging/nifti/read-nifti';
import { writeNifti } from '../../../../src/imaging/nifti/write-nifti';
import type { ImageVolume } from '../../../../src/imaging/volume';
import type { RunResult } from '../../../../src/runtime/api/engine/engine-api';
import { bind, cached, numbersOf, openSession, run } from '../../../support/small-session';
import {
  contrastRecipe,
  deformedContrasts,
  node,
  recipe,
  registerContrasts,
  type Seen,
  twoContrasts,
} from '../../../support/two-contrasts';

const session = openSession();
afterAll(() => session.destroy());

const grid = axisAlignedGrid([6, 5, 4], [2, 2, 2]);
const count = voxelCount(grid);

/** An image whose channels differ in range and pattern. */
function imageOf(channels: number, seed = 1, on = grid): ImageVolume {
  const voxels = voxelCount(on);
  const values = Float32Array.from({ length: voxels * channels }, (_, i) => {
    const channel = Math.floor(i / voxels);
    return (1 + 9 * channel) * Math.sin(seed + 0.37 * (i % voxels) + channel) + 20 * channel;
  });
  return { kind: 'image', grid: on, channels, values, storedType: 'float32' };
}

const plane = (values: Float32Array, channel: number, voxels = count) =>
  values.subarray(channel * voxels, (channel + 1) * voxels);

async function fileOf(result: RunResult, nodeId: string): Promise<Uint8Array> {
  const output = result.outputs.find((one) => one.nodeId === nodeId);
  const read = await session.read({
    handle: output?.handle ?? '',
    as: 'file',
    format: 'nifti-image',
  });
  if (read.kind !== 'file') throw new Error('There is no file.');
  return read.bytes;
}

/** The one problem of a recipe that is refused. */
async function refusal(document: object, given: Readonly<Record<string, ImageVolume>>) {
  const { result } = await run(session, document, await bind(session, given));
  expect(result.status).toBe('failed');
  return result.diagnostics.find(({ severity }) => severity === 'error');
}

describe('channels', () => {
  const joined = recipe(
    {
      a: node('load.image'),
      b: node('load.image'),
      both: node('prepare.combine-channels'),
      third: node('prepare.pick-channel', { channel: 2 }),
      normal: node('prepare.normalize-intensity', { lowerPercent: 0, upperPercent: 100 }),
    },
    [
      ['a.image', 'both.first'],
      ['b.image', 'both.second'],
      ['both.image', 'third.image'],
      ['both.image', 'normal.image'],
    ],
  );

  it('of two files become one image, leave as vectors, and come back as they were', async () => {
    const [a, b] = [imageOf(2), imageOf(1, 5)];
    const bindings = await bind(session, { a, b });
    const first = await run(session, joined, bindings);
    expect(first.result.diagnostics).toEqual([]);
    const both = await numbersOf(session, first.result, 'both', 'image');
    expect([...both]).toEqual([...a.values, ...b.values]);
    expect(await numbersOf(session, first.result, 'third', 'image')).toEqual(b.values);
    const written = readNifti(await fileOf(first.result, 'both'), 'both.nii.gz');
    expect(written.ok && [written.image.channels, written.image.values]).toEqual([3, both]);
    // Each channel fills its own range.
    const normal = await numbersOf(session, first.result, 'normal', 'image');
    for (const channel of [0, 1, 2]) {
      const values = plane(normal, channel);
      expect([Math.min(...values), Math.max(...values)]).toEqual([0, 1]);
    }
    expect(cached(await run(session, joined, bindings))).toContain('both');
  });

  it('are refused where they cannot be joined, picked or told apart', async () => {
    const elsewhere = axisAlignedGrid([6, 5, 4], [2, 2, 3]);
    expect(await refusal(joined, { a: imageOf(2), b: imageOf(1, 5, elsewhere) })).toMatchObject({
      at: { nodeId: 'both', port: 'second' },
      remedy: expect.stringContaining('grid of the first'),
    });
    expect(await refusal(joined, { a: imageOf(1), b: imageOf(1) })).toMatchObject({
      at: { nodeId: 'third', parameter: 'channel' },
      remedy: 'Choose a number from 0 to 1.',
    });
    expect(await refusal(joined, { a: imageOf(60), b: imageOf(5) })).toMatchObject({
      at: { nodeId: 'both', port: 'second' },
      message: expect.stringContaining('65 channels'),
    });
  });

  it('of a series are its frames where the loader says so, and other data than one frame', async () => {
    const series = imageOf(3);
    const bytes = writeNifti(series, { gzip: false });
    const view = new DataView(bytes.buffer);
    [4, 6, 5, 4, 3, 1].forEach((size, i) => {
      view.setInt16(40 + 2 * i, size, true);
    });
    const open = (reading: object) =>
      session.openInput({
        nodeId: 'a',
        source: { kind: 'file', as: 'image', name: 'series.nii', ...reading },
        bytes: bytes.slice(),
      });
    const refused = await open({});
    expect(!refused.ok && refused.diagnostics[0]).toMatchObject({ at: { parameter: 'frame' } });
    const [one, all] = [await open({ frame: 1 }), await open({ framesAsChannels: true })];
    if (!one.ok || !all.ok) throw new Error('The series was refused.');
    expect(one.descriptor).toMatchObject({ channels: 1 });
    expect(all.descriptor).toMatchObject({ channels: 3 });
    expect(one.handle).not.toBe(all.handle);
    const read = await session.read({ handle: all.handle, as: 'volume' });
    expect(read.kind === 'volume' && read.volume).toMatchObject({ channels: 3 });
    expect(read.kind === 'volume' && read.volume.values).toEqual(series.values);
  });

  it('of a mask are inside where any is not 0; a map of labels has none', async () => {
    const { values, ...image } = imageOf(2);
    const numbers = values.map((_, i) => (i === 3 || i === count + 7 ? 2 : 0));
    const bytes = writeNifti({ ...image, values: numbers }, { gzip: false });
    const open = (as: 'image' | 'labels') =>
      session.openInput({
        nodeId: 'mask',
        source: { kind: 'file', as, name: 'mask.nii' },
        bytes: bytes.slice(),
      });
    const labels = await open('labels');
    expect(!labels.ok && labels.diagnostics).toMatchObject([
      { message: expect.stringContaining('2 numbers a voxel; a map of labels has one') },
    ]);
    const opened = await open('image');
    if (!opened.ok) throw new Error('The mask was refused.');
    const document = recipe({ mask: node('load.mask') }, []);
    const { result } = await run(session, document, { mask: opened.handle });
    const inside = await numbersOf(session, result, 'mask', 'mask');
    expect([...inside].flatMap((v, i) => (v === 0 ? [] : [[i, v]]))).toEqual([
      [3, 1],
      [7, 1],
    ]);
  });

  it('that are the same everywhere are told of when they are opened', async () => {
    const { values, ...image } = imageOf(3);
    const flat = { ...image, values: values.map((v, i) => (Math.floor(i / count) === 1 ? 7 : v)) };
    const opened = await session.openInput({
      nodeId: 'a',
      source: { kind: 'file', as: 'image', name: 'a.nii' },
      bytes: writeNifti(flat, { gzip: false }),
    });
    expect(opened.ok && opened.warnings).toMatchObject([
      { message: expect.stringContaining('Of the 3 channels at "a", 1 (counted from 0)') },
    ]);
  });

  it('are measured one by one, carried along and compared by what shows images', async () => {
    const watched = await run(
      session,
      recipe(
        {
          a: node('load.image'),
          b: node('load.image'),
          measure: node('evaluate.correlation'),
          minus: node('view.difference'),
          tiles: node('view.checkerboard', { sizeVoxels: 2 }),
        },
        [
          ['a.image', 'measure.fixed'],
          ['b.image', 'measure.warped'],
          ['a.image', 'minus.a'],
          ['b.image', 'minus.b'],
          ['a.image', 'tiles.a'],
          ['b.image', 'tiles.b'],
        ],
      ),
      await bind(session, { a: imageOf(2), b: imageOf(2, 1.3) }),
    );
    const { metrics } = watched.result;
    expect(Object.keys(metrics)).toEqual(['ncc', 'ncc.channel.0', 'ncc.channel.1']);
    const [zero = 0, one = 0] = [metrics['ncc.channel.0'], metrics['ncc.channel.1']];
    expect(metrics.ncc).toBeCloseTo((zero + one) / 2, 6);
    expect(zero).toBeLessThan(0.99);
    const minus = await numbersOf(session, watched.result, 'minus', 'image');
    const [a, b] = [imageOf(2).values, imageOf(2, 1.3).values];
    expect(minus[count + 3]).toBe(Math.fround(a[count + 3]! - b[count + 3]!));
    const tiles = await numbersOf(session, watched.result, 'tiles', 'image');
    expect([tiles[count], tiles[count + 2]]).toEqual([a[count], b[count + 2]]);
  });
});

describe('a registration of channels', () => {
  const truth = deformedContrasts(twoContrasts());
  const { images } = truth;
  const found = (objectives: readonly Seen[]) => registerContrasts(session, truth, objectives);

  it('finds in both halves what each channel shows of one', async () => {
    const { result, errors } = await found(['one', 'both']);
    expect(errors.left).toBeLessThan(0.3);
    expect(errors.right).toBeLessThan(0.3);
    // What moves along has both channels, and each of them fits.
    const along = await numbersOf(session, result, 'along', 'image');
    for (const channel of [0, 1] as const) {
      const voxels = along.length / 2;
      const fixed = (channel === 0 ? images.fixed : images['fixed-b']).values;
      const apart = (values: Float32Array) =>
        values.reduce((sum, v, i) => sum + (v - (fixed[i] ?? 0)) ** 2, 0);
      const before = apart((channel === 0 ? images.moving : images['moving-b']).values);
      expect(apart(plane(along, channel, voxels))).toBeLessThan(0.1 * before);
    }
  });

  it('finds one half alone where only its channel is compared', async () => {
    const { errors } = await found(['one']);
    expect(errors.left).toBeLessThan(0.3);
    expect(errors.right).toBeGreaterThan(0.9);
  });

  it('is refused where a channel has no partner, in its own pair and in that of an objective', async () => {
    const both = { ...images, moving: { ...imageOf(2, 1, images.fixed.grid) } };
    expect(await refusal(contrastRecipe(['both']), both)).toMatchObject({
      at: { nodeId: 'register', port: 'moving' },
      message: expect.stringContaining('1 channel and the moving one 2 channels'),
    });
    const halfOwn = { ...images, 'moving-b': imageOf(2, 1, images.fixed.grid) };
    expect(await refusal(contrastRecipe(['one', 'both']), halfOwn)).toMatchObject({
      at: { nodeId: 'register', port: 'objectives' },
      message: expect.stringMatching(/“both”.* 2 channels .* 3 channels/),
      remedy: expect.stringContaining('Pick channel'),
    });
  });
});
