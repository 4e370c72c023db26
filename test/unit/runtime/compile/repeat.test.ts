import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differentiate } from '../../../../src/runtime/compile/differentiate';
import { formatKernelGraph, formatOpGraph } from '../../../../src/runtime/compile/format';
import { schedule } from '../../../../src/runtime/compile/schedule';
import { simplify } from '../../../../src/runtime/compile/simplify';
import { verifyKernelGraph, verifyOpGraph } from '../../../../src/runtime/compile/verify';
import { createCpuDevice } from '../../../../src/runtime/cpu/device';
import { InternalError } from '../../../../src/runtime/internal-error';
import type { OpGraph } from '../../../../src/runtime/ir/op-graph';
import { countedPasses } from '../../../../src/runtime/ir/repeats';
import type { ValueId } from '../../../../src/runtime/ir/values';
import { scalars } from '../../../support/case-values';
import { endless } from '../../../support/descent';
import { inverseInLoops, inverseInputs } from '../../../support/inverse';
import { poolThreadStarter } from '../../../support/pool-threads';
import { quietRun, readResults, writeInputs } from '../../../support/run-gpu';
import { type CaseInputs, graphOf, planOf, runGraph } from '../../../support/run-graph';
import { runSmallProgram } from '../../../support/run-op';

const inputs: CaseInputs = { x: scalars(3), y: scalars(5) };

/** First number of each result, with and without sharing of memory, before and after `simplify`. */
function numbersOf(graph: OpGraph, given = inputs): readonly number[] {
  const [first, ...others] = [graph, simplify(graph)].flatMap((one) =>
    [true, false].map((alias) => runGraph(one, given, { alias }).map((planes) => planes[0]![0]!)),
  );
  for (const other of others) expect(other).toEqual(first);
  return first!;
}

describe('a counted loop', () => {
  it('runs its body as often as it says, within loops and by itself', () => {
    const graph = graphOf(inputs, ({ builder: b }, { x, y }) => {
      const doubled = (start: ValueId, count: number) =>
        b.repeat({
          label: 'double',
          count,
          carried: [start],
          body: ([v]) => [b.add({ a: v!, b: v! })],
        });
      const [alone] = doubled(x!, 3);
      const [looped] = b.loop({
        label: 'outer',
        carried: [y!],
        stop: endless(2),
        body([v]) {
          const next = doubled(v!, 2);
          return { next, losses: [{ name: 'total', value: next[0]! }] };
        },
      });
      return [alone!, looped!, x!];
    });
    expect(numbersOf(graph)).toEqual([3 * 8, 5 * 16, 3]);
  });

  it('counts anew each time it is begun', () => {
    const graph = graphOf(inputs, ({ builder: b }, { x }) =>
      b.repeat({
        label: 'outer',
        count: 3,
        carried: [x!],
        body: ([v], outer) =>
          b.repeat({
            label: 'inner',
            count: 4,
            carried: [b.add({ a: v!, b: b.scale({ value: outer }, { factor: 100 }) })],
            body: ([w], inner) => [b.add({ a: w!, b: inner })],
          }),
      }),
    );
    expect(numbersOf(graph)).toEqual([3 + 300 + 3 * 6]);
  });

  it('leaves what it updates in place to whoever needs it after', () => {
    const attributes = { beta1: 0.5, beta2: 0.5, epsilon: 0 };
    const graph = graphOf(inputs, ({ builder: b }, { x, y }) => {
      const mean = b.add({ a: x!, b: y! });
      const [end] = b.repeat({
        label: 'moments',
        count: 3,
        carried: [y!],
        body([v]) {
          // From the same mean each time, though Adam works in place.
          const adam = b.adam(
            { gradient: v!, mean, variance: mean, iteration: b.constant([0]) },
            attributes,
          );
          return [adam.mean];
        },
      });
      return [end!, mean];
    });
    let v = 5;
    for (let i = 0; i < 3; i += 1) v = 0.5 * 8 + 0.5 * v;
    expect(numbersOf(graph)).toEqual([v, 8]);
  });

  it('behaves as assignment all at once, however loops lie in each other', () => {
    const source = fc.record({ from: fc.nat(20), doubled: fc.boolean() });
    const body = fc.array(source, { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(
        body,
        body,
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        (inner, outer, count, isLoop) => {
          const given: CaseInputs = { a: scalars(3), b: scalars(5), c: scalars(7) };
          const graph = graphOf(given, ({ builder: b }, values) => {
            const fixed = b.scale({ value: values.a! }, { factor: -1 });
            const next = (pool: readonly ValueId[], how: typeof inner) =>
              how.map(({ from, doubled }) => {
                const value = pool[from % pool.length]!;
                return doubled ? b.scale({ value }, { factor: 2 }) : value;
              });
            const once = (carried: readonly ValueId[]) => {
              const sum = b.add({ a: carried[0]!, b: fixed });
              const nested = b.repeat({
                label: 'inner',
                count,
                carried,
                body: (now) => next([...now, fixed, sum], inner),
              });
              return next([...nested, ...carried, fixed, sum], outer);
            };
            const carried = Object.values(values);
            if (!isLoop) return b.repeat({ label: 'outer', count: 2, carried, body: once });
            return b.loop({
              label: 'outer',
              carried,
              stop: endless(2),
              body: (now) => ({ next: once(now), losses: [{ name: 'total', value: now[0]! }] }),
            });
          });
          const next = (pool: readonly number[], how: typeof inner) =>
            how.map(({ from, doubled }) => pool[from % pool.length]! * (doubled ? 2 : 1));
          let expected = [3, 5, 7];
          for (let i = 0; i < 2; i += 1) {
            const sum = expected[0]! - 3;
            let nested = expected;
            for (let j = 0; j < count; j += 1) nested = next([...nested, -3, sum], inner);
            expected = next([...nested, ...expected, -3, sum], outer);
          }
          expect(numbersOf(graph, given)).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is printed with what it repeats, and is one list of passes however often', () => {
    const program = (count: number) =>
      graphOf(inputs, ({ builder: b }, { x, y }) =>
        b.repeat({
          label: 'inner',
          count,
          carried: [x!],
          body: ([v]) => [b.add({ a: v!, b: y! })],
        }),
      );
    expect(formatOpGraph(program(7))).toContain(
      'repeat "inner" carries %2, iteration %3, exactly 7',
    );
    expect(formatKernelGraph(planOf(program(7)))).toBe(
      [
        'step 0 test: program',
        '  copy(b0@s0 b2@s2) count=1',
        '  repeat "inner", 7 times',
        '    add(b2@s2 b1@s1 b3@s0) count=1',
        '    copy(b3@s0 b2@s2) count=1',
        '3 slots, 12 bytes',
        '',
      ].join('\n'),
    );
    expect(program(700).ops.length).toBe(program(7).ops.length);
    expect(
      countedPasses(schedule(program(700)).steps[0]!.passes).map(({ times }) => times),
    ).toEqual([1, 700, 700]);
  });

  it('has no gradient, and says so where one is asked for, also through what it reads from around', () => {
    const through = (isCarried: boolean) =>
      graphOf(inputs, ({ builder: b }, { x, y }) => {
        const [end] = b.repeat({
          label: 'inner',
          count: 2,
          carried: [isCarried ? x! : y!],
          body: ([v]) => [b.multiply({ a: v!, b: x! })],
        });
        return b.gradient(end!, [x!]);
      });
    for (const isCarried of [true, false]) {
      expect(() => differentiate(through(isCarried))).toThrow('The op "repeat" has no gradient.');
    }
  });

  it('differentiates within its body', () => {
    const graph = graphOf(inputs, ({ builder: b }, { x }) =>
      b.repeat({
        label: 'descent',
        count: 3,
        carried: [x!],
        body([v]) {
          const [slope] = b.gradient(b.multiply({ a: v!, b: v! }), [v!]);
          return [b.add({ a: v!, b: b.scale({ value: slope! }, { factor: -0.25 }) })];
        },
      }),
    );
    expect(numbersOf(differentiate(graph))).toEqual([3 / 8]);
  });

  it('cannot be empty of times, hold a loop that may end early, or run host kernels', () => {
    const build = (count: number, hasLoop: boolean) =>
      graphOf(inputs, ({ builder: b }, { x }) =>
        b.repeat({
          label: 'inner',
          count,
          carried: [x!],
          body: (now) =>
            hasLoop
              ? b.loop({
                  label: 'early',
                  carried: now,
                  stop: endless(2),
                  body: (next) => ({ next, losses: [] }),
                })
              : now,
        }),
      );
    expect(() => build(0, false)).toThrow(InternalError);
    expect(() => build(2, true)).toThrow('may end early and is within a loop');
    const graph = build(2, false);
    const [repeat] = graph.ops;
    const renamed = {
      ...repeat!,
      region: { ...repeat!.region!, ops: [{ ...repeat!, op: 'loop' }] },
    };
    expect(() => verifyOpGraph({ ...graph, ops: [renamed] }, 'test')).toThrow(InternalError);
    const kernels = schedule(graph);
    const host = { kernel: 'quantiles', buffers: [0, 1], parameters: {}, origin: 'test' };
    const passes = [{ kind: 'repeat', origin: 'test', label: 'inner', count: 2, passes: [host] }];
    const step = { kind: 'program', origin: 'test', passes };
    expect(() => verifyKernelGraph({ ...kernels, steps: [step] } as never, 'test')).toThrow(
      InternalError,
    );
  });
});

describe('the inverse of a displacement in counted loops within a loop', {
  timeout: 60_000,
}, () => {
  const counts = { outer: 2, middle: 2, inner: 12 };

  it('is found, and is the same on any number of threads', async () => {
    const program = inverseInLoops(counts);
    const { left, found, steps } = runSmallProgram(program, inverseInputs);
    expect(steps![0]![0]).toBe(48);
    const largest = Math.max(...left!.flatMap((plane) => [...plane].map(Math.abs)));
    expect(largest).toBeLessThan(1e-4);
    expect(Math.max(...found![0]!.map(Math.abs))).toBeGreaterThan(0.2);
    const spawnThread = await poolThreadStarter();
    const runs = [];
    for (const threads of [1, 2, 3]) {
      const device = createCpuDevice({ threads, ...(threads > 1 ? { spawnThread } : {}) });
      const execution = await device.prepare(program.plan);
      writeInputs(execution, program, inverseInputs);
      await execution.run(quietRun());
      runs.push(await readResults(execution, program));
      device.destroy();
    }
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
  });

  it.each([1, 2])('ends soon where it is cancelled halfway, on %i threads', async (threads) => {
    const program = inverseInLoops({ outer: 2, middle: 1, inner: 10_000_000 });
    const spawnThread = await poolThreadStarter();
    const device = createCpuDevice({ threads, ...(threads > 1 ? { spawnThread } : {}) });
    const execution = await device.prepare(program.plan);
    writeInputs(execution, program, inverseInputs);
    const controller = new AbortController();
    const outcomes: unknown[] = [];
    let abortedAt = 0;
    const abort = (): void => {
      abortedAt = performance.now();
      controller.abort();
    };
    const loop = program.plan.steps.findIndex(({ kind }) => kind === 'loop');
    const run = execution.run(
      quietRun({
        signal: controller.signal,
        observer: {
          stepStarted: (step) => void (step === loop && setTimeout(abort, 50)),
          stepFinished: (_step, _seconds, outcome) => outcomes.push(outcome),
        },
      }),
    );
    expect(await run).toEqual({ cancelled: true });
    expect(performance.now() - abortedAt).toBeLessThan(1000);
    expect(outcomes.at(-1)).toEqual({ iterations: 0, outcome: 'cancelled' });
    device.destroy();
  });
});
