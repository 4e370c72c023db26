import { describe, expect, it } from 'vitest';
import { nodeRegistry } from '../../../../src/nodes/index';
import type { RunResult } from '../../../../src/runtime/api/engine-api';
import {
  bind,
  type Changes,
  cached,
  computed,
  headVolumes,
  numbersOf,
  openSession,
  type Recipe,
  run,
  slices,
} from '../../../support/small-session';

const dataNodes = Object.entries(slices().nodes)
  .filter(([, { type }]) => {
    const definition = nodeRegistry.get(type)!;
    const ports = Object.values(definition.outputs).map((port) => port.type);
    const isData = ['image', 'labels', 'transform', 'table'].includes(ports[0] ?? '');
    return isData && !definition.source;
  })
  .map(([id]) => id)
  .sort();

describe('a session', { timeout: 60_000 }, () => {
  it('says what it has', async () => {
    const described = await openSession().describe();
    expect(described.devices.map(({ kind }) => kind)).toEqual(['cpu']);
    expect(described.gpuMissingBecause).toMatch(/\.$/);
    expect(described.threads).toBe(1);
  });

  it('runs a recipe: states, losses, levels, metrics, outputs, memory', async () => {
    const session = openSession();
    const bindings = await bind(session);
    const request = { documentText: JSON.stringify(slices()), bindings, device: 'cpu' } as const;
    const { plan } = await session.compile(request);
    const watched = await run(session, slices(), bindings);
    const { result, messages, states } = watched;
    expect(result).toMatchObject({ status: 'done', device: 'cpu', converged: false, turned: [] });
    expect(result.peakBytes).toBe(plan?.peakBytes);
    expect(computed(watched)).toEqual(dataNodes);
    for (const id of dataNodes) expect(states.get(id)?.at(-1), id).toBe('done');
    expect(result.levels).toMatchObject([
      { nodeId: 'greedy', label: 'level 1 of 2', iterations: 6, outcome: 'cap' },
      { nodeId: 'greedy', label: 'level 2 of 2', iterations: 4, outcome: 'cap' },
    ]);
    const losses = messages.flatMap((message) => message.losses);
    expect(losses.flatMap(({ rows }) => rows).length).toBe(10);
    expect(losses.at(-1)?.rows.at(-1)?.[0]).toBe(result.levels[1]?.finalLoss);
    expect(Object.keys(result.metrics)).toEqual(
      expect.arrayContaining(['dice.mean', 'jacobian.nonPositivePercent', 'ncc']),
    );
    const outputs = result.outputs.map(({ nodeId, port }) => `${nodeId}.${port}`);
    expect(outputs).toEqual(expect.arrayContaining(['greedy.transform', 'fixed.image']));
    const transform = result.outputs.find(
      ({ nodeId, port }) => `${nodeId}.${port}` === 'greedy.transform',
    );
    expect(transform?.fields).toEqual(['displacement']);
    const warped = await numbersOf(session, result, 'greedy', 'warped');
    expect(warped.length).toBe(48 * 56);
    expect(warped.some((v) => v !== 0)).toBe(true);
  });

  it('finds everything again when the recipe is run again', async () => {
    const session = openSession();
    const bindings = await bind(session);
    const first = await run(session, slices(), bindings);
    const second = await run(session, slices(), bindings);
    expect(cached(first)).toEqual([]);
    expect(cached(second)).toEqual(dataNodes);
    expect(computed(second)).toEqual([]);
    expect(second.result.metrics).toEqual(first.result.metrics);
    expect(second.result.outputs).toEqual(first.result.outputs);
  });

  it('computes only what depends on a change, and nothing once it is undone', async () => {
    const session = openSession();
    const bindings = await bind(session);
    await run(session, slices(), bindings);
    const board = await run(session, slices({ checkerboard: { sizeVoxels: 8 } }), bindings);
    expect(computed(board)).toEqual(['checkerboard']);
    const radius = slices({ 'local-correlation': { radiusVoxels: 4 } });
    const greedy = await run(session, radius, bindings);
    expect(cached(greedy)).toEqual(['centres', 'normalize-fixed', 'normalize-moving']);
    expect(computed(greedy)).toContain('greedy');
    const undone = await run(session, slices(), bindings);
    expect(computed(undone)).toEqual([]);
  });

  it('computes anew what hangs on other data', async () => {
    const session = openSession();
    const bindings = await bind(session);
    await run(session, slices(), bindings);
    const other = await bind(session, { moving: headVolumes.fixed! });
    const watched = await run(session, slices(), { ...bindings, ...other });
    expect(cached(watched)).toEqual(['normalize-fixed']);
    expect(watched.result.metrics.ncc).toBeGreaterThan(0.9);
  });

  it('gives the same from kept results as from the beginning', async () => {
    const session = openSession();
    const bindings = await bind(session);
    await run(session, slices({ 'local-correlation': { radiusVoxels: 4 } }), bindings);
    const partly = await run(session, slices(), bindings);
    expect(cached(partly).length).toBeGreaterThan(0);
    const fresh = openSession();
    const anew = await run(fresh, slices(), await bind(fresh));
    expect(partly.result.metrics).toEqual(anew.result.metrics);
    expect(await numbersOf(session, partly.result, 'greedy', 'warped')).toEqual(
      await numbersOf(fresh, anew.result, 'greedy', 'warped'),
    );
  });

  it('keeps the results of the last run, however little it may keep', async () => {
    const session = openSession({ maxResultBytes: 1 });
    const bindings = await bind(session);
    const first = await run(session, slices(), bindings);
    await numbersOf(session, first.result, 'greedy', 'warped');
    const board = slices({
      checkerboard: { sizeVoxels: 8 },
      'local-correlation': { radiusVoxels: 4 },
    });
    const second = await run(session, board, bindings);
    await numbersOf(session, second.result, 'greedy', 'warped');
    await expect(numbersOf(session, first.result, 'greedy', 'warped')).rejects.toThrow();
  });

  it('leaves out what nobody has labels for, and runs the rest', async () => {
    const session = openSession();
    const { fixed, moving } = headVolumes;
    const bindings = await bind(session, { fixed: fixed!, moving: moving! });
    const { result } = await run(session, slices(), bindings);
    expect(result.status).toBe('done');
    expect(result.diagnostics.every(({ severity }) => severity === 'warning')).toBe(true);
    expect(result.metrics.ncc).toBeDefined();
    expect(result.metrics['dice.mean']).toBeUndefined();
    const nodes = new Set(result.outputs.map(({ nodeId }) => nodeId));
    expect([...nodes]).not.toContain('warp-labels');
    expect([...nodes]).toContain('warp-image');
  });

  it('says which image is missing', async () => {
    const session = openSession();
    const bindings = await bind(session, { fixed: headVolumes.fixed! });
    const { result } = await run(session, slices(), bindings);
    expect(result.status).toBe('failed');
    const errors = result.diagnostics.filter(({ severity }) => severity === 'error');
    expect(errors).toMatchObject([{ code: 'input-missing', at: { nodeId: 'moving' } }]);
  });

  it('tells apart rows of one name, alike whatever was kept', async () => {
    const session = openSession();
    const bindings = await bind(session);
    const second = { type: 'evaluate.correlation', version: 1, params: {} };
    const twice = (changes: Changes = {}): Recipe => {
      const recipe = slices(changes);
      return {
        ...recipe,
        nodes: { ...recipe.nodes, 'own-correlation': second },
        edges: [
          ...recipe.edges,
          { from: 'fixed.image', to: 'own-correlation.fixed' },
          { from: 'fixed.image', to: 'own-correlation.warped' },
        ],
      };
    };
    const own = ({ metrics }: RunResult): readonly string[] =>
      Object.keys(metrics).filter((name) => Math.abs(metrics[name]! - 1) < 1e-6);
    const { result: first } = await run(session, twice(), bindings);
    expect(Object.keys(first.metrics).filter((name) => name.endsWith('ncc')).length).toBe(2);
    expect(own(first).length).toBe(1);
    const nearest = twice({ 'warp-image': { interpolation: 'nearest' } });
    const { result: later, states } = await run(session, nearest, bindings);
    expect(states.get('own-correlation')?.[0]).toBe('cached');
    expect(own(later)).toEqual(own(first));
  });

  it('is cancelled within a second, and goes on', async () => {
    const session = openSession();
    const bindings = await bind(session);
    const long = slices({ 'field-levels': { shrink: [1], iterations: [10_000], convergence: 0 } });
    let cancelledAt = 0;
    const { result } = await run(session, long, bindings, ({ losses }, { runId }) => {
      if (losses.length === 0 || cancelledAt > 0) return;
      cancelledAt = performance.now();
      void session.cancel(runId);
    });
    expect(performance.now() - cancelledAt).toBeLessThan(1000);
    expect(result.status).toBe('cancelled');
    expect(result.levels.at(-1)).toMatchObject({ outcome: 'cancelled' });
    expect((await run(session, slices(), bindings)).result.status).toBe('done');
  });

  it('runs one recipe after the other where two are asked for at once', async () => {
    const session = openSession();
    const bindings = await bind(session);
    const both = await Promise.all([
      run(session, slices(), bindings),
      run(session, slices({ checkerboard: { sizeVoxels: 8 } }), bindings),
    ]);
    expect(both.map(({ result }) => result.status)).toEqual(['done', 'done']);
  });

  it('sends about ten messages a second, not one an iteration', async () => {
    const session = openSession();
    const bindings = await bind(session);
    const levels = { shrink: [1], iterations: [150], convergence: 0 };
    const { result, messages } = await run(session, slices({ 'field-levels': levels }), bindings);
    expect(messages.length).toBeLessThan(10 * result.seconds.total + 10);
    expect(messages.flatMap(({ losses }) => losses.flatMap(({ rows }) => rows)).length).toBe(150);
  });
});
