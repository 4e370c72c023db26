import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usedBuffers } from '../../../../src/runtime/compile/drop-unused-buffers';
import type { GraphBuilder } from '../../../../src/runtime/compile/graph-builder';
import { schedule } from '../../../../src/runtime/compile/schedule';
import type { OpGraph, StopRule } from '../../../../src/runtime/ir/op-graph';
import { passesIn } from '../../../../src/runtime/ir/repeats';
import type { ValueId } from '../../../../src/runtime/ir/values';
import { scalars } from '../../../support/case-values';
import { type CaseInputs, graphOf, planOf, runGraph } from '../../../support/run-graph';

const inputs: CaseInputs = { x: scalars(3), y: scalars(5), zero: scalars(0) };
const iterations = 5;
const stop: StopRule = { maxIterations: iterations, when: [] };
const adamAttributes = { beta1: 0.5, beta2: 0.5, epsilon: 0 };

/** A loop over the given values; `body` gives what is carried on. */
function loopOver(
  g: GraphBuilder,
  carried: readonly ValueId[],
  body: (values: readonly ValueId[], iteration: ValueId) => readonly ValueId[],
): readonly ValueId[] {
  return g.builder.loop({
    label: 'loop',
    carried,
    stop,
    body: (values, iteration) => ({
      next: body(values, iteration),
      losses: [{ name: 'total', value: g.builder.constant([0]) }],
    }),
  });
}

/** First number of each result, with and without sharing of memory. */
function numbersOf(graph: OpGraph): readonly number[] {
  const aliased = runGraph(graph, inputs).map((planes) => planes[0]![0]!);
  const apart = runGraph(graph, inputs, { alias: false }).map((planes) => planes[0]![0]!);
  expect(aliased).toEqual(apart);
  return aliased;
}

const kernelsOf = (graph: OpGraph): readonly string[] =>
  schedule(graph).steps.flatMap((step) => passesIn(step.passes).map((pass) => pass.kernel));

describe('ops that work in place', () => {
  const step = (b: GraphBuilder, mean: ValueId, variance: ValueId, zero: ValueId) =>
    b.builder.adam({ gradient: mean, mean, variance, iteration: zero }, adamAttributes);
  const halfOf = (b: GraphBuilder, value: ValueId) => b.builder.scale({ value }, { factor: 0.5 });

  it('write over an input that nobody needs any more', () => {
    const graph = graphOf(inputs, (b, { x, y, zero }) => [
      b.builder.adam(
        { gradient: x!, mean: halfOf(b, x!), variance: halfOf(b, y!), iteration: zero! },
        adamAttributes,
      ).mean,
    ]);
    expect(kernelsOf(graph)).toEqual(['scale', 'scale', 'adam']);
    expect(numbersOf(graph)).toEqual([0.5 * 1.5 + 0.5 * 3]);
  });

  it('copy an input that is read later', () => {
    const graph = graphOf(inputs, (b, { x, y, zero }) => {
      const [mean, variance] = [halfOf(b, x!), halfOf(b, y!)];
      const moved = b.builder.adam(
        { gradient: x!, mean, variance, iteration: zero! },
        adamAttributes,
      );
      return [moved.mean, b.builder.add({ a: mean, b: variance })];
    });
    expect(kernelsOf(graph).filter((kernel) => kernel === 'copy').length).toBe(2);
    expect(numbersOf(graph)).toEqual([2.25, 4]);
  });

  it('copy an input that is a result', () => {
    const graph = graphOf(inputs, (b, { x, y, zero }) => {
      const mean = halfOf(b, x!);
      const moved = b.builder.adam(
        { gradient: x!, mean, variance: halfOf(b, y!), iteration: zero! },
        adamAttributes,
      );
      return [mean, moved.mean];
    });
    expect(numbersOf(graph)).toEqual([1.5, 2.25]);
  });

  it('copy what belongs to the caller: inputs, dials and constants', () => {
    const graph = graphOf(inputs, (b, { x, zero }) => {
      const moved = b.builder.adam(
        {
          gradient: x!,
          mean: b.builder.constant([1]),
          variance: b.builder.dial('weight', 7),
          iteration: zero!,
        },
        adamAttributes,
      );
      return [moved.mean, b.builder.constant([1]), b.builder.dial('weight', 7)];
    });
    expect(numbersOf(graph)).toEqual([2, 1, 7]);
  });

  it('copy a value that they also take at another input', () => {
    const graph = graphOf(inputs, (b, { x, zero }) => {
      const value = halfOf(b, x!);
      const moved = step(b, value, value, zero!);
      return [moved.mean, moved.variance];
    });
    expect(numbersOf(graph)).toEqual([1.5, 0.5 * 1.5 + 0.5 * 1.5 ** 2]);
  });

  it('copy, in a loop, a value from around it: the next iteration reads it again', () => {
    const graph = graphOf(inputs, (b, { x, y, zero }) => {
      const [mean, variance] = [halfOf(b, x!), halfOf(b, y!)];
      return loopOver(b, [zero!], ([sum]) => {
        const moved = b.builder.adam(
          { gradient: x!, mean, variance, iteration: zero! },
          adamAttributes,
        );
        return [b.builder.add({ a: sum!, b: moved.mean })];
      });
    });
    expect(numbersOf(graph)).toEqual([iterations * 2.25]);
  });

  it('work on carried values without a copy, and with one where these are read later', () => {
    const moments = (readLater: boolean) =>
      graphOf(inputs, (b, { x, y, zero }) =>
        loopOver(b, [x!, y!, zero!], ([mean, variance, sum]) => {
          const moved = b.builder.adam(
            { gradient: x!, mean: mean!, variance: variance!, iteration: zero! },
            { beta1: 0.5, beta2: 0.5, epsilon: 0 },
          );
          const term = readLater ? mean! : zero!;
          return [moved.mean, moved.variance, b.builder.add({ a: sum!, b: term })];
        }),
      );
    const copies = (graph: OpGraph): number =>
      schedule(graph).steps.flatMap((s) =>
        s.kind === 'loop' ? passesIn(s.passes).filter((pass) => pass.kernel === 'copy') : [],
      ).length;
    expect(copies(moments(true))).toBeGreaterThan(copies(moments(false)));
    // The mean of threes stays three.
    expect(numbersOf(moments(true))[2]).toBe(3 * iterations);
    expect(numbersOf(moments(false)).slice(0, 2)).toEqual(numbersOf(moments(true)).slice(0, 2));
  });
});

describe('what a loop carries', () => {
  it('exchanges places', () => {
    const graph = graphOf(inputs, (b, { x, y }) =>
      loopOver(b, [x!, y!], ([first, second]) => [second!, first!]),
    );
    expect(numbersOf(graph)).toEqual([5, 3]);
  });

  it('goes round in a circle of three, one of which changes', () => {
    const graph = graphOf(inputs, (b, { x, y, zero }) =>
      loopOver(b, [x!, y!, zero!], ([p, q, r]) => [
        q!,
        r!,
        b.builder.scale({ value: p! }, { factor: 2 }),
      ]),
    );
    let [p, q, r] = [3, 5, 0];
    for (let i = 0; i < iterations; i += 1) [p, q, r] = [q, r, 2 * p];
    expect(numbersOf(graph)).toEqual([p, q, r]);
  });

  it('may stay as it is', () => {
    const graph = graphOf(inputs, (b, { x, y }) =>
      loopOver(b, [x!, y!], ([still, moving]) => [
        still!,
        b.builder.add({ a: moving!, b: still! }),
      ]),
    );
    expect(numbersOf(graph)).toEqual([3, 5 + 3 * iterations]);
  });

  it('may become a value from around the loop, which stays what it is', () => {
    const graph = graphOf(inputs, (b, { x, y }) => {
      const outer = b.builder.add({ a: x!, b: y! });
      const [became, sum] = loopOver(b, [x!, y!], ([first, second]) => [
        outer,
        b.builder.add({ a: first!, b: b.builder.add({ a: second!, b: outer }) }),
      ]);
      return [became!, sum!, outer];
    });
    expect(numbersOf(graph)).toEqual([8, 5 + (3 + 8) + (iterations - 1) * 16, 8]);
  });

  it('may become an outer value that the body reads after the carried one', () => {
    const graph = graphOf(inputs, (b, { x, y, zero }) => {
      const outer = b.builder.add({ a: x!, b: y! });
      return loopOver(b, [x!, zero!], ([_, sum]) => [outer, b.builder.add({ a: sum!, b: outer })]);
    });
    expect(numbersOf(graph)).toEqual([8, 8 * iterations]);
  });

  it('may become one value twice', () => {
    const graph = graphOf(inputs, (b, { x, y }) =>
      loopOver(b, [x!, y!], ([p, q]) => {
        const sum = b.builder.add({ a: p!, b: q! });
        return [sum, sum];
      }),
    );
    expect(numbersOf(graph)).toEqual([8 * 2 ** (iterations - 1), 8 * 2 ** (iterations - 1)]);
  });

  it('may start twice from one value', () => {
    const graph = graphOf(inputs, (b, { x }) =>
      loopOver(b, [x!, x!], ([p, q]) => [
        b.builder.scale({ value: p! }, { factor: 2 }),
        b.builder.add({ a: p!, b: q! }),
      ]),
    );
    let [p, q] = [3, 3];
    for (let i = 0; i < iterations; i += 1) [p, q] = [2 * p, p + q];
    expect(numbersOf(graph)).toEqual([p, q]);
  });

  it('leaves the value that it started from as it was', () => {
    const graph = graphOf(inputs, (b, { x, y }) => {
      const start = b.builder.add({ a: x!, b: y! });
      const [end] = loopOver(b, [start], ([now]) => [
        b.builder.scale({ value: now! }, { factor: 2 }),
      ]);
      return [start, end!];
    });
    expect(numbersOf(graph)).toEqual([8, 8 * 2 ** iterations]);
  });

  it('is counted from zero by the iteration', () => {
    const graph = graphOf(inputs, (b, { zero }) =>
      loopOver(b, [zero!], ([sum], iteration) => [b.builder.add({ a: sum!, b: iteration })]),
    );
    expect(numbersOf(graph)).toEqual([0 + 1 + 2 + 3 + 4]);
  });

  it('starts a second loop from the end of the first', () => {
    const graph = graphOf(inputs, (b, { x, y }) => {
      const first = loopOver(b, [x!, y!], ([p, q]) => [q!, b.builder.add({ a: p!, b: q! })]);
      const second = loopOver(b, first, ([p, q]) => [q!, b.builder.add({ a: p!, b: q! })]);
      return [...first, ...second];
    });
    const fibonacci = [3, 5];
    for (let i = 2; i < 12; i += 1) fibonacci.push(fibonacci[i - 2]! + fibonacci[i - 1]!);
    expect(numbersOf(graph)).toEqual([fibonacci[5], fibonacci[6], fibonacci[10], fibonacci[11]]);
  });

  it('behaves as assignment all at once, whatever is carried where', () => {
    const source = fc.record({ from: fc.nat(20), doubled: fc.boolean() });
    fc.assert(
      fc.property(fc.array(source, { minLength: 1, maxLength: 5 }), fc.boolean(), (next, read) => {
        const starts = [3, 5, 7, 11, 13].slice(0, next.length);
        const given: CaseInputs = Object.fromEntries(starts.map((n, i) => [`v${i}`, scalars(n)]));
        const graph = graphOf(given, (b, values) => {
          const outer = b.builder.scale({ value: values.v0! }, { factor: -1 });
          return loopOver(b, Object.values(values), (carried) => {
            const pool = [...carried, outer];
            if (read) pool.push(b.builder.add({ a: outer, b: carried[0]! }));
            return next.map(({ from, doubled }) => {
              const value = pool[from % pool.length]!;
              return doubled ? b.builder.scale({ value }, { factor: 2 }) : value;
            });
          });
        });
        let expected = starts;
        for (let i = 0; i < iterations; i += 1) {
          const pool = [...expected, -3, ...(read ? [expected[0]! - 3] : [])];
          expected = next.map(({ from, doubled }) => pool[from % pool.length]! * (doubled ? 2 : 1));
        }
        expect(runGraph(graph, given).map((planes) => planes[0]![0])).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });
});

describe('buffers', () => {
  it('are all used: one that gives its place to a carried one goes', () => {
    const graph = graphOf(inputs, (b, { x }) =>
      loopOver(b, [x!], ([now]) => {
        const doubled = b.builder.scale({ value: now! }, { factor: 2 });
        return [b.builder.scale({ value: doubled }, { factor: 3 })];
      }),
    );
    const kernels = schedule(graph);
    expect(kernels.buffers.map((_, id) => id)).toEqual(
      [...usedBuffers(kernels)].sort((a, b) => a - b),
    );
    expect(kernels.buffers.filter(({ label }) => label.includes('scale')).length).toBe(1);
    expect(numbersOf(graph)).toEqual([3 * 6 ** iterations]);
  });
});

describe('steps', () => {
  it('are programs by node, and loops that record their losses', () => {
    const graph = graphOf(inputs, (b, { x, y }) => {
      b.origin = 'before';
      const sum = b.builder.add({ a: x!, b: y! });
      b.origin = 'loop-node';
      const [end] = b.builder.loop({
        label: 'halving',
        carried: [sum],
        stop,
        body: ([now]) => ({
          next: [b.builder.scale({ value: now! }, { factor: 0.5 })],
          losses: [
            { name: 'total', value: now! },
            { name: 'constant', value: x! },
          ],
        }),
      });
      b.origin = 'after';
      return [b.builder.add({ a: end!, b: y! })];
    });
    const plan = planOf(graph);
    expect(plan.steps.map(({ kind, origin }) => `${kind} ${origin}`)).toEqual([
      'program before',
      'program loop-node',
      'loop loop-node',
      'program after',
    ]);
    const loop = plan.steps[2]!;
    expect(loop).toMatchObject({ label: 'halving', lossNames: ['total', 'constant'] });
    const trace = loop.kind === 'loop' ? plan.buffers[loop.trace] : undefined;
    expect(trace).toMatchObject({ elements: 2 * iterations, role: 'trace' });
    expect(numbersOf(graph)).toEqual([8 / 32 + 5]);
  });
});
