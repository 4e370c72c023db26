import { describe, expect, it } from 'vitest';
import type { WorldFromVoxel } from '../../../../src/imaging/frames';
import { multiplyMatrices } from '../../../../src/imaging/frames';
import type { Volume } from '../../../../src/imaging/volume';
import { firstOfChain } from '../../../../src/runtime/compile/result-warnings';
import {
  bind,
  cached,
  headVolumes,
  openSession,
  run,
  slices,
  type Watched,
} from '../../../support/small-session';

/** The same slice in a plane that is turned about the first axis. */
function tilted(volume: Volume, degrees: number): Volume {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const worldFromVoxel = multiplyMatrices(
    [1, 0, 0, 0, 0, c, -s, 0, 0, s, c, 0],
    volume.grid.worldFromVoxel,
  ) as WorldFromVoxel;
  return { ...volume, grid: { ...volume.grid, worldFromVoxel } };
}

const doubtsOf = ({ result }: Watched) =>
  result.diagnostics.filter(({ code }) => code === 'doubtful-result');

describe('what speaks against a result', { timeout: 60_000 }, () => {
  it('is said at its node, by a run and by the next one, which finds the result kept', async () => {
    const session = openSession();
    const moving = tilted(headVolumes.moving!, 30);
    const bindings = await bind(session, { fixed: headVolumes.fixed!, moving });
    const first = await run(session, slices(), bindings);
    expect(first.result.status).toBe('done');
    expect(doubtsOf(first)).toMatchObject([
      { severity: 'warning', at: { nodeId: 'affine', port: 'moving' } },
    ]);
    expect(doubtsOf(first)[0]?.message).toMatch(/meet at (29|30|31)°/);
    const again = await run(session, slices({ checkerboard: { sizeVoxels: 8 } }), bindings);
    expect(cached(again)).toContain('greedy');
    expect(doubtsOf(again)).toEqual(doubtsOf(first));
  });

  it('is nothing where the images lie in one plane', async () => {
    const session = openSession();
    const { fixed, moving } = headVolumes;
    const bindings = await bind(session, { fixed: fixed!, moving: moving! });
    const good = await run(session, slices({ 'field-levels': { iterations: [60, 30] } }), bindings);
    expect(doubtsOf(good)).toEqual([]);
  });

  it('is said once along a chain, and in each chain that begins anew', () => {
    const wired = (from?: string) => ({
      initial: from ? [{ nodeId: from, port: 'transform' }] : [],
    });
    const node = (id: string, from?: string) =>
      ({ id, definition: {}, params: {}, inputs: wired(from) }) as never;
    const graph = { nodes: [node('a'), node('b', 'a'), node('c', 'b'), node('d')] };
    const warning = (nodeId: string, about: string) => ({
      about,
      diagnostic: {
        severity: 'warning',
        code: 'doubtful-result',
        at: { nodeId },
        message: about,
        remedy: '',
      } as const,
    });
    const told = firstOfChain(
      graph,
      new Map([
        ['a', [warning('a', 'turn')]],
        ['c', [warning('c', 'turn'), warning('c', 'size')]],
        ['d', [warning('d', 'turn')]],
      ]),
    );
    expect(told.map(({ at, message }) => `${at.nodeId} ${message}`)).toEqual([
      'a turn',
      'c size',
      'd turn',
    ]);
  });
});
