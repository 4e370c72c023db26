import { describe, expect, it } from 'vitest';
import type { RunResult, TurnOutcome } from '../../../../src/runtime/api/engine/engine-api';
import {
  bind,
  computed,
  numbersOf,
  openSession,
  run,
  slices,
  type Watched,
} from '../../../support/small-session';

describe('turning a parameter while it runs', { timeout: 60_000 }, () => {
  const levels = { shrink: [1], iterations: [300], convergence: 0 };
  const recipe = slices({ 'field-levels': levels });

  it('is recorded with its iteration, and its result is not taken for the recipe’s', async () => {
    const session = openSession();
    const bindings = await bind(session);
    let isTurned = false;
    const turned = await run(session, recipe, bindings, ({ losses }, { runId }) => {
      if (isTurned || !losses.some(({ nodeId }) => nodeId === 'greedy')) return;
      isTurned = true;
      void session.turn(runId, 'field-adam', 'stepVoxels', 0.01);
    });
    expect(turned.result.status).toBe('done');
    expect(turned.result.turned).toMatchObject([
      { nodeId: 'field-adam', parameter: 'stepVoxels', value: 0.01 },
    ]);
    const { atIteration } = turned.result.turned[0]!;
    expect(atIteration).toBeGreaterThan(0);
    expect(atIteration).toBeLessThan(300);
    const again = await run(session, recipe, bindings);
    expect(again.result.turned).toEqual([]);
    expect(computed(again)).toContain('greedy');
    expect(await numbersOf(session, turned.result, 'greedy', 'warped')).not.toEqual(
      await numbersOf(session, again.result, 'greedy', 'warped'),
    );
    const rows = ({ messages }: Watched) =>
      messages.flatMap(({ losses }) => losses.flatMap((points) => points.rows));
    expect(rows(turned).slice(0, atIteration + 1)).toEqual(rows(again).slice(0, atIteration + 1));
    expect(rows(turned).slice(-1)).not.toEqual(rows(again).slice(-1));
  });

  it('is refused, with the reason, where it cannot be', async () => {
    const session = openSession();
    const bindings = await bind(session);
    const outcomes: TurnOutcome[] = [];
    const turns = [
      ['field-adam', 'guess', 1],
      ['field-adam', 'stepVoxels', Number.NaN],
      ['field-adam', 'stepVoxels', -1e9],
    ] as const;
    let isTurned = false;
    const { result } = await run(session, recipe, bindings, ({ losses }, { runId }) => {
      if (losses.length === 0 || isTurned) return;
      isTurned = true;
      for (const [nodeId, parameter, value] of turns) {
        void session.turn(runId, nodeId, parameter, value).then((o) => outcomes.push(o));
      }
    });
    expect(result).toMatchObject({ status: 'done', turned: [] });
    expect(outcomes.length).toBe(turns.length);
    for (const outcome of [...outcomes, await session.turn('no run', 'field-adam', 'x', 1)]) {
      expect(outcome).toMatchObject({ ok: false, diagnostics: [{ code: 'parameter' }] });
    }
    // Nothing was turned: the result is the recipe's own.
    expect(computed(await run(session, recipe, bindings))).toEqual([]);
  });

  it('waits where the run has not begun, and then holds from its first iteration', async () => {
    const session = openSession();
    const bindings = await bind(session);
    const request = { documentText: JSON.stringify(recipe), bindings, device: 'cpu' } as const;
    const running = session.run({ ...request, runId: 'early' }, () => undefined);
    const turned = await session.turn('early', 'field-adam', 'stepVoxels', 0.01);
    expect(turned).toMatchObject({ ok: true, atIteration: 0, label: 'level 1 of 1' });
    const result = await running;
    expect(result.turned).toMatchObject([{ parameter: 'stepVoxels', atIteration: 0 }]);
    const small = slices({ 'field-levels': levels, 'field-adam': { stepVoxels: 0.01 } });
    const stated = await run(session, small, bindings);
    expect(result.levels.at(-1)?.finalLoss).toBe(stated.result.levels.at(-1)?.finalLoss);
  });

  it('names the level that first had the new value', async () => {
    const session = openSession();
    const bindings = await bind(session);
    const twoLevels = slices({
      'field-levels': { shrink: [2, 1], iterations: [3, 3], convergence: 0 },
    });
    const { result } = await run(session, twoLevels, bindings, ({ nodes }, { runId }) => {
      if (nodes.some(({ state }) => state === 'done')) {
        void session.turn(runId, 'field-adam', 'stepVoxels', 0.01);
      }
    });
    for (const { label, atIteration } of result.turned) {
      const level = result.levels.find((one) => one.label === label);
      expect(atIteration).toBeLessThan(level?.iterations ?? 0);
    }
  });

  it('gives every turned run results of its own, also where runs have one name', async () => {
    const session = openSession();
    const bindings = await bind(session);
    const documentText = JSON.stringify(slices());
    const request = { runId: 'same', documentText, bindings, device: 'cpu' } as const;
    const results: RunResult[] = [];
    for (const step of [0.01, 0.4]) {
      const running = session.run(request, () => undefined);
      await session.turn('same', 'field-adam', 'stepVoxels', step);
      results.push(await running);
    }
    const [first, second] = await Promise.all(
      results.map((result) => numbersOf(session, result, 'greedy', 'warped')),
    );
    expect(first).not.toEqual(second);
  });
});
