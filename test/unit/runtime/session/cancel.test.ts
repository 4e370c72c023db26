import { describe, expect, it } from 'vitest';
import type { RunRequest } from '../../../../src/runtime/api/engine/engine-api';
import {
  bind,
  cached,
  numbersOf,
  openSession,
  type Recipe,
  run,
  slices,
  type Watched,
} from '../../../support/small-session';

const long = slices({ 'field-levels': { shrink: [1], iterations: [10_000], convergence: 0 } });
const stages = ['even', 'normalize-fixed', 'normalize-moving', 'start'];

/** The last state of every node. */
const lastStates = ({ states }: Watched): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries([...states].map(([id, all]) => [id, all.at(-1)]));

describe('cancelling', { timeout: 60_000 }, () => {
  it('stops within a second, keeps what was finished, and says of every node how it ended', async () => {
    const session = openSession();
    const bindings = await bind(session);
    let cancelledAt = 0;
    const watched = await run(session, long, bindings, ({ losses }, { runId }) => {
      if (cancelledAt > 0 || !losses.some(({ nodeId }) => nodeId === 'greedy')) return;
      cancelledAt = performance.now();
      void session.cancel(runId);
    });
    expect(performance.now() - cancelledAt).toBeLessThan(1000);
    const { result } = watched;
    expect(result).toMatchObject({ status: 'cancelled', converged: false, metrics: {} });
    expect(result.levels.at(-1)).toMatchObject({ outcome: 'cancelled' });
    const readable = result.outputs.map(({ nodeId }) => nodeId);
    expect(readable).toEqual(expect.arrayContaining([...stages, 'fixed', 'moving']));
    expect(readable).not.toContain('greedy');
    const normalized = await numbersOf(session, result, 'normalize-fixed', 'image');
    expect(normalized.some((value) => value > 0)).toBe(true);
    expect(lastStates(watched)).toMatchObject({
      start: 'done',
      greedy: 'cancelled',
      'warp-image': 'cancelled',
      'save-image': 'cancelled',
    });
    expect(Object.values(lastStates(watched))).not.toContain('running');
    expect(Object.values(lastStates(watched))).not.toContain('waiting');
    const again = await run(session, slices(), bindings);
    expect(again.result.status).toBe('done');
    expect(cached(again)).toEqual(['affine', ...stages]);
    const fresh = openSession();
    const anew = await run(fresh, slices(), await bind(fresh));
    expect(again.result.metrics).toEqual(anew.result.metrics);
  });

  it('ends a run that waits at once, without touching a device', async () => {
    const session = openSession();
    const bindings = await bind(session);
    const request = (runId: string): RunRequest => ({
      runId,
      documentText: JSON.stringify(long),
      bindings,
      device: 'cpu',
    });
    const first = session.run(request('first'), () => undefined);
    const second = session.run(request('second'), () => undefined);
    await session.cancel('second');
    expect(await second).toMatchObject({ status: 'cancelled', peakBytes: 0, diagnostics: [] });
    await session.cancel('first');
    expect((await first).status).toBe('cancelled');
  });

  it('reaches both of two runs of one name', async () => {
    const session = openSession();
    const bindings = await bind(session);
    const documentText = JSON.stringify(long);
    const request: RunRequest = { runId: 'same', documentText, bindings, device: 'cpu' };
    const first = session.run(request, () => undefined);
    await session.cancel('same');
    let isHeard = false;
    const second = session.run(request, ({ losses }) => {
      if (losses.length === 0 || isHeard) return;
      isHeard = true;
      void session.cancel('same');
    });
    expect((await first).status).toBe('cancelled');
    expect((await second).status).toBe('cancelled');
  });

  it('is the end of a recipe of one program that has not begun', async () => {
    const session = openSession();
    const bindings = await bind(session);
    const { normalize: _, ...whole } = slices() as Recipe & { normalize?: unknown };
    const ids = ['fixed', 'moving', 'even', 'normalize-fixed'];
    const recipe: Recipe = {
      ...whole,
      nodes: Object.fromEntries(Object.entries(whole.nodes).filter(([id]) => ids.includes(id))),
      edges: whole.edges.filter(({ from, to }) =>
        [from, to].every((end) => ids.includes(end.split('.')[0] ?? '')),
      ),
    };
    const watched = await run(session, recipe, bindings, ({ nodes }, { runId }) => {
      if (nodes.some(({ state }) => state === 'waiting')) void session.cancel(runId);
    });
    expect(watched.result.status).toBe('cancelled');
    expect(lastStates(watched)['normalize-fixed']).toBe('cancelled');
  });
});
