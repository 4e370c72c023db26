import { describe, expect, it } from 'vitest';
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
      if (losses.length === 0 || isTurned) return;
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

  it('is ignored where there is no such parameter, or no number', async () => {
    const session = openSession();
    const bindings = await bind(session);
    const { result } = await run(session, recipe, bindings, (_, { runId }) => {
      void session.turn(runId, 'field-adam', 'guess', 1);
      void session.turn(runId, 'field-adam', 'stepVoxels', Number.NaN);
      void session.turn('no run', 'field-adam', 'stepVoxels', 1);
    });
    expect(result).toMatchObject({ status: 'done', turned: [] });
  });
});
