import { promisify } from 'node:util';
import { gunzip, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { axisAlignedGrid } from '../../../../src/imaging/grid';
import { writeNifti } from '../../../../src/imaging/nifti/write-nifti';
import { headVolumes, openSession } from '../../../support/small-session';

const head = { kind: 'phantom', name: 'head-2d', subject: 2, seed: 5, contrast: 't1' } as const;

/** Counts how often the event loop had its turn while something was done. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 5);
  await work;
  clearInterval(timer);
  return turns;
}

/** An image of zeros that takes a while to read. */
function zeros(): Uint8Array {
  const sizeVoxels = [256, 256, 160] as const;
  const values = new Float32Array(256 * 256 * 160);
  const grid = axisAlignedGrid(sizeVoxels, [1, 1, 1]);
  const volume = { kind: 'image', grid, values, storedType: 'float64' } as const;
  return gzipSync(writeNifti(volume, { storedType: 'float64', gzip: false }), { level: 1 });
}

describe('while data is opened', { timeout: 120_000 }, () => {
  it('others have their turn: a signal is heard', async () => {
    const session = openSession();
    const generated = session.openInput({ nodeId: 'a', source: { ...head, as: 'image' } });
    expect(await turnsDuring(generated)).toBeGreaterThan(1);
    const file = { kind: 'file', as: 'image', name: 'zeros.nii.gz' } as const;
    const read = session.openInput({ nodeId: 'b', source: file, bytes: zeros() });
    expect(await turnsDuring(read)).toBeGreaterThan(3);
    expect(await read).toMatchObject({ ok: true });
    await session.destroy();
  });

  it('another file for the same loader ends the reading of the first', async () => {
    const session = openSession();
    const file = { kind: 'file', as: 'image', name: 'zeros.nii.gz' } as const;
    const bytes = zeros();
    const first = session.openInput({ nodeId: 'a', source: file, bytes });
    const second = session.openInput({ nodeId: 'a', source: file, bytes });
    expect(await first).toEqual({ ok: false, diagnostics: [], isSuperseded: true });
    expect(await second).toMatchObject({ ok: true });
    await session.destroy();
  });

  it('a session that ends, ends that', async () => {
    const session = openSession();
    const opened = session.openInput({ nodeId: 'a', source: { ...head, seed: 6, as: 'image' } });
    await session.destroy();
    expect(await opened).toMatchObject({ ok: false, isSuperseded: true });
  });
});

describe('files that are decompressed aside', () => {
  const expand = promisify(gunzip);
  const file = { kind: 'file', as: 'image', name: 'head.nii.gz' } as const;
  const plain = writeNifti(headVolumes.fixed!, { gzip: false });
  const packed = gzipSync(plain);

  /** Opens the bytes in a session that decompresses aside and in one that does not. */
  async function openBothWays(bytes: Uint8Array) {
    const asked: number[] = [];
    const aside = openSession({
      gunzip: async (packedBytes, contentBytes) => {
        asked.push(contentBytes);
        return expand(packedBytes).catch(() => undefined);
      },
    });
    const here = openSession();
    const [one, other] = await Promise.all(
      [aside, here].map((session) => session.openInput({ nodeId: 'a', source: file, bytes })),
    );
    return { one, other, asked };
  }

  it('hold what they hold, and are known by the bytes of the file', async () => {
    const { one, other, asked } = await openBothWays(packed);
    expect(asked).toEqual([plain.length]);
    expect(one).toMatchObject({ ok: true });
    expect(one).toEqual(other);
  });

  it.each([
    ['cut', packed.subarray(0, packed.length - 40)],
    ['damaged', packed.map((byte, at) => (at === 600 ? byte ^ 0x55 : byte))],
    ['with another checksum', packed.map((byte, at) => byte ^ (at === packed.length - 8 ? 1 : 0))],
    [
      'in two members',
      Buffer.concat([gzipSync(plain.subarray(0, 900)), gzipSync(plain.subarray(900))]),
    ],
    ['with something behind', Buffer.concat([packed, Uint8Array.of(1, 2, 3, 4, 5)])],
    ['not compressed', plain],
  ])('are told of in the same words: %s', async (_, bytes) => {
    const { one, other } = await openBothWays(bytes);
    expect(one).toEqual(other);
  });
});
