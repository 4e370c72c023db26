import { describe, expect, test, vi } from 'vitest';
import { identityMatrix, type MovingWorldFromFixedWorld } from '../../../../src/imaging/frames';
import {
  type Computation,
  networkNode,
  registryWith,
  startedRecipe,
  startNode,
} from '../../../support/computed-nodes';
import {
  bind,
  cached,
  numbersOf,
  openSession,
  run,
  slices,
  withoutAffine,
} from '../../../support/small-session';

const shifted = [1, 0, 0, 3, 0, 1, 0, -2, 0, 0, 1, 0] as unknown as MovingWorldFromFixedWorld;
const shift: Computation = async () => ({ affine: shifted });

const sessionWith = (computation: Computation) =>
  openSession({ registry: registryWith(startNode(computation)) });

describe('a node that computes by itself', () => {
  test('is given what its wires bring and starts what it is wired to', async () => {
    const ordinary = openSession();
    const expected = await run(ordinary, slices(), await bind(ordinary));
    const found = expected.result.outputs.find(({ nodeId }) => nodeId === 'start');
    const read = await ordinary.read({ handle: found?.handle ?? '', as: 'transform' });
    if (read.kind !== 'transform') throw new Error('The start gave no transform.');
    const normalized = await numbersOf(ordinary, expected.result, 'normalize-moving', 'image');
    const computation = vi.fn<Computation>(async () => ({
      affine: read.affine as MovingWorldFromFixedWorld,
    }));

    const session = sessionWith(computation);
    const { result, states } = await run(session, startedRecipe(), await bind(session));

    expect(result).toMatchObject({ status: 'done', diagnostics: expected.result.diagnostics });
    expect(computation.mock.lastCall?.[0].moving).toEqual(normalized);
    expect(states.get('start')).toEqual(['waiting', 'running', 'done']);
    // The same start, whoever found it, gives the same result to the bit.
    // What the recipe's own start reports of itself aside.
    expect(expected.result.metrics).toMatchObject(result.metrics);
    expect(result.metrics.ncc).toBeGreaterThan(0);
    expect(await numbersOf(session, result, 'greedy', 'warped')).toEqual(
      await numbersOf(ordinary, expected.result, 'greedy', 'warped'),
    );
    expect(Object.keys(result.seconds.nodes)).toEqual(expect.arrayContaining(['start', 'greedy']));
    expect(result.levels).toHaveLength(3);
  });

  test('is given what it needs where hardly anything is kept', async () => {
    const session = sessionWith(shift);
    const bindings = await bind(session);
    const { result } = await run(session, startedRecipe(), bindings, undefined, 'cpu', 'needed');
    const other = sessionWith(shift);
    const whole = await run(other, startedRecipe(), await bind(other));
    expect(result).toMatchObject({ status: 'done', metrics: whole.result.metrics });
  });

  test('gives nothing that is not finite', async () => {
    const session = sessionWith(async () => ({
      affine: shifted.map((x, i) => (i === 3 ? Number.NaN : x)) as unknown as typeof shifted,
    }));
    const { result } = await run(session, startedRecipe(), await bind(session));
    const errors = result.diagnostics.filter(({ severity }) => severity === 'error');
    expect(errors).toMatchObject([{ code: 'non-finite', at: { nodeId: 'start' } }]);
  });

  test('is not asked again for what follows it, and again for what it needs', async () => {
    const computation = vi.fn(shift);
    const session = sessionWith(computation);
    const bindings = await bind(session);
    await run(session, startedRecipe(), bindings);
    const smoother = startedRecipe(slices({ 'field-model': { smoothFieldVoxels: 1 } }));
    const again = await run(session, smoother, bindings);
    expect(computation).toHaveBeenCalledTimes(1);
    expect(cached(again)).toContain('start');
    expect(again.result.status).toBe('done');
    const brighter = startedRecipe(slices({ 'normalize-moving': { upperPercent: 90 } }));
    await run(session, brighter, bindings);
    expect(computation).toHaveBeenCalledTimes(2);
  });

  test('that refuses its data says so on itself; what came before it can be read', async () => {
    const session = sessionWith((_, { refuse }) =>
      refuse({ port: 'fixed', message: 'Too small.', remedy: 'Take a larger image.' }),
    );
    const { result, states } = await run(session, startedRecipe(), await bind(session));
    expect(result.status).toBe('failed');
    expect(result.diagnostics).toMatchObject([
      { code: 'recipe', at: { nodeId: 'start', port: 'fixed' }, message: 'Too small.' },
    ]);
    expect(states.get('start')?.at(-1)).toBe('failed');
    expect(states.get('greedy')?.at(-1)).toBe('cancelled');
    expect(result.outputs.map(({ nodeId }) => nodeId)).toContain('normalize-fixed');
  });

  test.each([
    ['throws', async () => Promise.reject(new Error('No memory.')), 'No memory.'],
    [
      'gives a field of another size',
      async () => {
        const plane = new Float32Array(7);
        const affine = identityMatrix as MovingWorldFromFixedWorld;
        return { affine, displacementMm: [plane, plane, plane] as const };
      },
      'A grid of 2688 voxels',
    ],
  ] satisfies [string, Computation, string][])(
    'that %s fails alone, and the session goes on',
    async (_, computation, message) => {
      const session = sessionWith(computation);
      const bindings = await bind(session);
      const { result } = await run(session, startedRecipe(), bindings);
      expect(result.status).toBe('failed');
      expect(result.diagnostics).toMatchObject([{ code: 'internal', at: { nodeId: 'start' } }]);
      expect(result.diagnostics[0]?.message).toContain(message);
      expect((await run(session, slices(), bindings)).result.status).toBe('done');
    },
  );

  test('hears that the run is cancelled', async () => {
    const session = sessionWith(
      (_, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal))),
    );
    const { result, states } = await run(
      session,
      startedRecipe(),
      await bind(session),
      ({ nodes }, { runId }) => {
        if (nodes.some((node) => node.nodeId === 'start' && node.state === 'running')) {
          void session.cancel(runId);
        }
      },
    );
    expect(result).toMatchObject({ status: 'cancelled', diagnostics: [] });
    expect(states.get('start')?.at(-1)).toBe('cancelled');
  });

  test('is planned up to, before it has run', async () => {
    const session = sessionWith(shift);
    const compiled = await session.compile({
      documentText: JSON.stringify(startedRecipe()),
      bindings: await bind(session),
      device: 'cpu',
    });
    expect(compiled.diagnostics).toEqual([]);
    expect(compiled.plan?.steps.map(({ nodeId }) => nodeId)).not.toContain('greedy');
    expect(compiled.plan?.steps.length).toBeGreaterThan(0);
  });

  test('may be a network, whose displacement the registration then refines', async () => {
    const session = openSession({ registry: registryWith(networkNode) });
    const bindings = await bind(session);
    // What bends is not moved as a whole.
    const recipe = withoutAffine(startedRecipe());
    const first = await run(session, recipe, bindings);
    expect(first.result.diagnostics).toEqual([]);
    expect(first.result.metrics.ncc).toBeGreaterThan(0.8);
    const output = first.result.outputs.find(({ nodeId }) => nodeId === 'start');
    const read = await session.read({ handle: output?.handle ?? '', as: 'transform' });
    if (read.kind !== 'transform') throw new Error('The network gave no transform.');
    const largest = Math.max(...(read.displacement?.values.map(Math.abs) ?? []));
    expect(largest).toBeGreaterThan(0.1);
    expect(largest).toBeLessThanOrEqual(2);
    const other = openSession({ registry: registryWith(networkNode) });
    const second = await run(other, recipe, await bind(other));
    expect(second.result.metrics).toEqual(first.result.metrics);
  });
});
