import { describe, expect, it, vi } from 'vitest';
import type { CompileRequest } from '../../../../src/runtime/api/engine/engine-api';
import type { Compiled } from '../../../../src/runtime/compile/compile';
import { LastPlan, type PlanParts } from '../../../../src/runtime/session/last-plan';
import { bind, openSession, run, slices } from '../../../support/small-session';

const request: CompileRequest = { documentText: '', bindings: {}, device: 'cpu' };

const prepared = (
  keys: Readonly<Record<string, string>>,
  changes: Partial<PlanParts> = {},
): PlanParts => ({
  graph: { nodes: Object.keys(keys).map((id) => ({ id })) },
  keys: new Map(Object.entries(keys)),
  kept: new Map(),
  ...changes,
});

describe('a recipe that was compiled the last time', () => {
  it('is not compiled again until something has changed', () => {
    const plans = new LastPlan();
    const compile = vi.fn(() => ({ diagnostics: [] }) as unknown as Compiled);
    const ask = (of: PlanParts, asked = request) => plans.of(of, asked, compile);
    const first = ask(prepared({ a: '1', b: '2' }));
    expect(ask(prepared({ a: '1', b: '2' }))).toBe(first);
    expect(compile).toHaveBeenCalledTimes(1);
    expect(ask(prepared({ a: '1', b: '3' }))).not.toBe(first);
    ask(prepared({ a: '1', c: '3' }));
    ask(prepared({ a: '1', c: '3' }), { ...request, keep: 'needed' });
    ask(prepared({ a: '1', c: '3' }, { readLater: new Set(['a.out']) }));
    expect(compile).toHaveBeenCalledTimes(5);
    const kept = new Map([['a', {}]]);
    ask(prepared({ a: '1', c: '3' }, { kept }));
    ask(prepared({ a: '1', c: '3' }, { kept }));
    expect(compile).toHaveBeenCalledTimes(7);
  });

  it('runs as one that is compiled then', async () => {
    const session = openSession({ maxResultBytes: 0 });
    const bindings = await bind(session);
    const documentText = JSON.stringify(slices());
    const compiled = await session.compile({ documentText, bindings, device: 'cpu', keep: 'all' });
    const { result } = await run(session, slices(), bindings);
    const other = openSession();
    const { result: alone } = await run(other, slices(), await bind(other));
    expect(compiled.plan?.peakBytes).toBe(result.peakBytes);
    expect(result.metrics).toEqual(alone.metrics);
    await Promise.all([session.destroy(), other.destroy()]);
  });
});
