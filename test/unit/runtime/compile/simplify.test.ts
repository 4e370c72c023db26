import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GraphBuilder } from '../../../../src/runtime/compile/graph-builder';
import { type SimplifyOptions, simplify } from '../../../../src/runtime/compile/simplify';
import { verifyOpGraph } from '../../../../src/runtime/compile/verify';
import { bindPlan } from '../../../../src/runtime/cpu/bound-plan';
import { loneWalker, walk } from '../../../../src/runtime/cpu/walk';
import type { OpGraph, StopRule } from '../../../../src/runtime/ir/op-graph';
import type { ValueId } from '../../../../src/runtime/ir/values';
import { oneSliceGrid, randomField, scalars } from '../../../support/case-values';
import {
  bodyOf,
  type CaseInputs,
  graphOf,
  memoryWith,
  opNames,
  planOf,
  resultsIn,
  runGraph,
} from '../../../support/run-graph';

const inputs: CaseInputs = { x: scalars(3, -1), y: scalars(0.5, 2) };
const stop: StopRule = { maxIterations: 4, when: [] };
const loopOf = (graph: OpGraph) => graph.ops.find((op) => op.region)?.region;

/** A loop that adds up, each iteration, what `body` makes of `x`, `y` and the sum so far. */
function summing(
  body: (b: GraphBuilder, x: ValueId, y: ValueId, sum: ValueId) => ValueId,
  before: (b: GraphBuilder, x: ValueId) => readonly ValueId[] = () => [],
): OpGraph {
  return graphOf(inputs, (g, { x, y }) => {
    const around = before(g, x!);
    const [sum] = g.builder.loop({
      label: 'sum',
      carried: [x!],
      stop,
      body([now]) {
        const next = g.builder.add({ a: now!, b: body(g, x!, y!, now!) });
        return { next: [next], losses: [{ name: 'total', value: g.builder.constant([0]) }] };
      },
    });
    return [sum!, ...around];
  });
}

describe('simplify', () => {
  it('merges equal ops and keeps those that differ in an input or a setting', () => {
    const graph = graphOf(inputs, ({ builder: b }, { x, y }) => [
      b.scale({ value: x! }, { factor: 2 }),
      b.scale({ value: x! }, { factor: 2 }),
      b.scale({ value: x! }, { factor: 3 }),
      b.scale({ value: y! }, { factor: 2 }),
    ]);
    const simple = simplify(graph);
    expect(opNames(simple.ops)).toEqual(['scale', 'scale', 'scale']);
    expect(simple.results[0]).toBe(simple.results[1]);
    expect(new Set(simple.results).size).toBe(3);
    expect(runGraph(simple, inputs)).toEqual(runGraph(graph, inputs));
  });

  it('merges what follows from merged values, too', () => {
    const graph = graphOf(inputs, ({ builder: b }, { x, y }) => {
      const twice = () => b.add({ a: b.multiply({ a: x!, b: y! }), b: x! });
      return [b.add({ a: twice(), b: twice() })];
    });
    expect(opNames(simplify(graph).ops)).toEqual(['multiply', 'add', 'add']);
  });

  it('takes the value from around a loop where the loop computes the same', () => {
    const graph = summing(
      ({ builder: b }, x) => b.scale({ value: x }, { factor: 2 }),
      ({ builder: b }, x) => [b.scale({ value: x }, { factor: 2 })],
    );
    const simple = simplify(graph, { hoist: false });
    expect(opNames(bodyOf(simple))).toEqual(['add']);
    expect(runGraph(simple, inputs)).toEqual(runGraph(graph, inputs));
  });

  it('moves out of a loop what does not change in it, chains included', () => {
    const graph = summing(({ builder: b }, x, y) => b.multiply({ a: b.add({ a: x, b: y }), b: y }));
    const simple = simplify(graph);
    verifyOpGraph(simple, 'simplify');
    expect(opNames(simple.ops)).toEqual(['add', 'multiply', 'loop']);
    expect(opNames(bodyOf(simple))).toEqual(['add']);
    expect(runGraph(simple, inputs)).toEqual(runGraph(graph, inputs));
  });

  it('leaves in a loop what follows from carried values or from the iteration', () => {
    const graph = graphOf(inputs, ({ builder: b }, { x }) =>
      b.loop({
        label: 'counting',
        carried: [x!],
        stop,
        body([now], iteration) {
          const value = b.scale({ value: iteration }, { factor: 2 });
          const next = b.scale({ value: now! }, { factor: 0.5 });
          return { next: [next], losses: [{ name: 'total', value }] };
        },
      }),
    );
    expect(opNames(bodyOf(simplify(graph)))).toEqual(['scale', 'scale']);
  });

  it('leaves in a loop what follows from a dial, so that turning it takes effect', () => {
    const graph = summing(({ builder: b }, x) =>
      b.scale(
        { value: b.scale({ value: x, by: b.dial('weight', 2) }, { factor: 1 }) },
        { factor: 1 },
      ),
    );
    expect(opNames(bodyOf(simplify(graph)))).toEqual(['scale', 'scale', 'add']);
    expect(turnedAfterTwo(simplify(graph))).toEqual(turnedAfterTwo(graph));
    // 3 + 2 · (2·3) with the dial at 2, then 2 · (5·3) with the dial at 5.
    expect(turnedAfterTwo(graph)[0]).toBe(3 + 12 + 30);
  });

  it('does not replace what a dial turns in a loop by its value before the loop', () => {
    const weighted = (g: GraphBuilder, x: ValueId): ValueId =>
      g.builder.scale({ value: x, by: g.builder.dial('weight', 2) }, { factor: 1 });
    const graph = summing(
      (g, x) => weighted(g, x),
      (g, x) => [weighted(g, x)],
    );
    const simple = simplify(graph);
    expect(opNames(bodyOf(simple))).toEqual(['scale', 'add']);
    expect(turnedAfterTwo(simple)).toEqual(turnedAfterTwo(graph));
  });

  it('merges what a dial turns within one body', () => {
    const graph = summing(({ builder: b }, x) => {
      const weighted = () => b.scale({ value: x, by: b.dial('weight', 2) }, { factor: 1 });
      return b.add({ a: weighted(), b: weighted() });
    });
    expect(opNames(bodyOf(simplify(graph)))).toEqual(['scale', 'add', 'add']);
  });

  it('drops what nobody reads, in loops, too', () => {
    const graph = graphOf(inputs, ({ builder: b }, { x, y }) => {
      b.multiply({ a: x!, b: y! });
      const [kept] = b.loop({
        label: 'kept',
        carried: [x!],
        stop,
        body([now]) {
          b.multiply({ a: now!, b: now! });
          const next = b.scale({ value: now! }, { factor: 2 });
          return { next: [next], losses: [{ name: 'total', value: b.constant([0]) }] };
        },
      });
      b.loop({
        label: 'dropped',
        carried: [y!],
        stop,
        body: ([now]) => ({
          next: [b.scale({ value: now! }, { factor: 2 })],
          losses: [{ name: 'total', value: b.constant([0]) }],
        }),
      });
      return [kept!];
    });
    const simple = simplify(graph);
    expect(opNames(simple.ops)).toEqual(['loop']);
    expect(loopOf(simple)?.label).toBe('kept');
    expect(opNames(bodyOf(simple))).toEqual(['scale']);
  });

  it('keeps what a loop records or shows, even where it was moved out of it', () => {
    const images: CaseInputs = { image: randomField(oneSliceGrid, 1, 3), x: scalars(1) };
    const graph = graphOf(images, ({ builder: b }, { image, x }) =>
      b.loop({
        label: 'shows a constant',
        carried: [x!],
        stop,
        body: ([now]) => ({
          next: [b.scale({ value: now! }, { factor: 0.5 })],
          losses: [{ name: 'total', value: b.scale({ value: x! }, { factor: 3 }) }],
          preview: b.scale({ value: image! }, { factor: 2 }),
        }),
      }),
    );
    const simple = simplify(graph);
    expect(opNames(simple.ops)).toEqual(['scale', 'scale', 'loop']);
    expect(runGraph(simple, images)).toEqual(runGraph(graph, images));
  });

  it('neither merges nor moves ops that work in place', () => {
    const graph = graphOf({ ...inputs, i: scalars(0) }, ({ builder: b }, { x, y, i }) => {
      const step = () =>
        b.adam(
          { gradient: x!, mean: y!, variance: y!, iteration: i! },
          { beta1: 0.9, beta2: 0.99, epsilon: 1e-8 },
        );
      return [step().direction, step().direction];
    });
    expect(opNames(simplify(graph).ops)).toEqual(['adam', 'adam']);
  });

  it.each([
    ['nothing', {}, ['scale', 'add', 'loop'], ['add']],
    ['merging', { mergeEqual: false }, ['scale', 'scale', 'add', 'loop'], ['add']],
    ['moving out', { hoist: false }, ['loop'], ['scale', 'add', 'add']],
    ['dropping', { dropUnused: false }, ['multiply', 'scale', 'add', 'loop'], ['add']],
  ] satisfies [string, SimplifyOptions, string[], string[]][])(
    'leaves out only what is switched off: %s',
    (_, options, outside, inside) => {
      const graph = summing(({ builder: b }, x, y) => {
        b.multiply({ a: x, b: y });
        const twice = () => b.scale({ value: x }, { factor: 2 });
        return b.add({ a: twice(), b: twice() });
      });
      const simple = simplify(graph, options);
      expect(opNames(simple.ops)).toEqual(outside);
      expect(opNames(bodyOf(simple))).toEqual(inside);
      expect(runGraph(simple, inputs)).toEqual(runGraph(graph, inputs));
    },
  );

  it('changes no result of any small program, whatever is switched on', () => {
    const step = fc.record({
      kind: fc.constantFrom('add', 'multiply', 'scale', 'weigh'),
      a: fc.nat(30),
      b: fc.nat(30),
      inLoop: fc.boolean(),
    });
    const options = fc.record({
      mergeEqual: fc.boolean(),
      hoist: fc.boolean(),
      dropUnused: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 14 }), options, (steps, chosen) => {
        const graph = randomGraph(steps);
        const simple = simplify(graph, chosen);
        verifyOpGraph(simple, 'simplify');
        expect(runGraph(simple, inputs)).toEqual(runGraph(graph, inputs));
        expect(turnedAfterTwo(simple)).toEqual(turnedAfterTwo(graph));
      }),
      { numRuns: 200 },
    );
  });
});

interface RandomStep {
  readonly kind: string;
  readonly a: number;
  readonly b: number;
  readonly inLoop: boolean;
}

/** Elementwise ops over random earlier values, some in a loop's body, whose last value is carried. */
function randomGraph(steps: readonly RandomStep[]): OpGraph {
  return graphOf(inputs, (g, { x, y }) => {
    const b = g.builder;
    const apply = (values: readonly ValueId[], { kind, a, b: other }: RandomStep): ValueId => {
      const first = values[a % values.length]!;
      const second = values[other % values.length]!;
      if (kind === 'add') return b.add({ a: first, b: second });
      if (kind === 'multiply') {
        return b.multiply({ a: first, b: b.scale({ value: second }, { factor: 1e-2 }) });
      }
      const by = kind === 'weigh' ? b.dial('weight', 2) : undefined;
      return b.scale({ value: first, by }, { factor: 0.5 + (other % 2) });
    };
    const outer = [x!, y!];
    for (const step of steps) if (!step.inLoop) outer.push(apply(outer, step));
    const results = b.loop({
      label: 'random',
      carried: [x!, y!],
      stop,
      body(carried) {
        const values = [...outer, ...carried];
        for (const step of steps) if (step.inLoop) values.push(apply(values, step));
        const value = b.constant([0]);
        return { next: values.slice(-2), losses: [{ name: 'total', value }] };
      },
    });
    return [...results, outer.at(-1)!];
  });
}

/** Numbers of all results where every dial is turned to 5 after two iterations of the loop. */
function turnedAfterTwo(graph: OpGraph): readonly number[] {
  const plan = planOf(graph);
  const memory = memoryWith(plan, inputs);
  let finished = 0;
  const walker = loneWalker({
    takeDials() {
      // Called at the end of an iteration, before it is counted.
      if (finished < 1) return;
      for (const { value } of plan.dials)
        memory.arrayOf(plan.buffersOfValue.get(value)![0]!)[0] = 5;
    },
    iterationsFinished(_step, count) {
      finished = count;
    },
  });
  for (const _ of walk(bindPlan(plan, memory), walker));
  return resultsIn(plan, memory).flatMap((planes) => planes.flatMap((plane) => [...plane]));
}
