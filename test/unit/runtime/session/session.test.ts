import { describe, expect, it } from 'vitest';
import { nodeRegistry } from '../../../../src/nodes/index';
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
    expect(described.missing).toMatchObject([
      { kind: 'gpu', because: expect.stringMatching(/\.$/) },
    ]);
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
    // A node that saves waits for what it saves.
    const waiting = [...dataNodes, 'save-image', 'save-labels', 'save-transform'].sort();
    expect(computed(watched)).toEqual(waiting);
    for (const id of waiting) expect(states.get(id)?.at(-1), id).toBe('done');
    expect(result.levels).toMatchObject([
      { nodeId: 'affine', label: 'level 1 of 1', iterations: 2, outcome: 'cap' },
      { nodeId: 'greedy', label: 'level 1 of 2', iterations: 6, outcome: 'cap' },
      { nodeId: 'greedy', label: 'level 2 of 2', iterations: 4, outcome: 'cap' },
    ]);
    const losses = messages.flatMap((message) => message.losses);
    expect(losses.flatMap(({ rows }) => rows).length).toBe(12);
    expect(losses.at(-1)?.rows.at(-1)?.[0]).toBe(result.levels.at(-1)?.finalLoss);
    expect(Object.keys(result.metrics)).toEqual(
      expect.arrayContaining(['dice.mean', 'jacobian.nonPositivePercent', 'ncc']),
    );
    // What is judged comes before what tells how it came about.
    const evaluated = Object.keys(result.metrics).findIndex((name) => name.endsWith('overlap'));
    expect(Object.keys(result.metrics).indexOf('ncc')).toBeLessThan(evaluated);
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
    expect(cached(greedy)).toEqual([
      'affine',
      'even',
      'normalize-fixed',
      'normalize-moving',
      'start',
    ]);
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
    // What is made of the fixed image too: whether it is evened hangs on both.
    expect(cached(watched)).toEqual([]);
    expect(computed(watched)).toContain('normalize-fixed');
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

  it('gives no row of two nodes a plain name, whichever comes first', async () => {
    const session = openSession();
    const bindings = await bind(session);
    const withNode = (id: string, changes: Changes = {}): Recipe => {
      const recipe = slices(changes);
      return {
        ...recipe,
        nodes: { ...recipe.nodes, [id]: { type: 'evaluate.correlation', version: 1, params: {} } },
        edges: [
          ...recipe.edges,
          { from: 'fixed.image', to: `${id}.fixed` },
          { from: 'fixed.image', to: `${id}.warped` },
        ],
      };
    };
    const alone = (await run(session, slices(), bindings)).result.metrics;
    for (const id of ['a-before', 'z-after']) {
      const { metrics } = (await run(session, withNode(id), bindings)).result;
      expect(metrics).not.toHaveProperty('ncc');
      expect(metrics['correlation.ncc']).toBe(alone.ncc);
      expect(metrics[`${id}.ncc`]).toBeCloseTo(1);
    }
    const nearest = withNode('z-after', { 'warp-image': { interpolation: 'nearest' } });
    const later = await run(session, nearest, bindings);
    expect(later.states.get('z-after')?.[0]).toBe('cached');
    expect(later.result.metrics['z-after.ncc']).toBeCloseTo(1);
  });

  it('gives what a recipe expects by node under that name too', async () => {
    const session = openSession();
    const recipe = { ...slices(), expects: { metrics: { 'correlation.ncc': { atLeast: 0 } } } };
    const { metrics } = (await run(session, recipe, await bind(session))).result;
    expect(metrics['correlation.ncc']).toBe(metrics.ncc);
    expect(metrics.ncc).toBeGreaterThan(0);
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
    const rows = messages.flatMap(({ losses }) => losses.flatMap((one) => one.rows));
    expect(rows.length).toBe(2 + 150);
  });
});
