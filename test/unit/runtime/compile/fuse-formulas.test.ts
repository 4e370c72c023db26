import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuse } from '../../../../src/runtime/compile/fuse';
import type { GraphBuilder } from '../../../../src/runtime/compile/graph-builder';
import { verifyOpGraph } from '../../../../src/runtime/compile/verify';
import { bindPlan } from '../../../../src/runtime/cpu/bound-plan';
import { walkAlone } from '../../../../src/runtime/cpu/walk';
import type { OpGraph } from '../../../../src/runtime/ir/op-graph';
import type { ValueId } from '../../../../src/runtime/ir/values';
import { obliqueGrid, randomField, scalars } from '../../../support/case-values';
import {
  bodyOf,
  type CaseInputs,
  graphOf,
  memoryWith,
  opNames,
  planOf,
  resultsIn,
} from '../../../support/run-graph';

const inputs: CaseInputs = {
  u: randomField(obliqueGrid, 3, 1),
  v: randomField(obliqueGrid, 3, 2),
  mask: randomField(obliqueGrid, 1, 3),
  range: scalars(-0.4, 0.7),
  by: scalars(1.3),
  iteration: scalars(4),
};

type Values = Readonly<Record<string, ValueId>>;

function bitsOf(graph: OpGraph, doubles: boolean) {
  const plan = planOf(graph);
  const memory = memoryWith(plan, inputs, { doubles });
  walkAlone(bindPlan(plan, memory));
  return resultsIn(plan, memory);
}

/** Fuses, and compares the bits in float32, as in runs, and in float64. */
function expectSame(body: (b: GraphBuilder, values: Values) => readonly ValueId[]): OpGraph {
  const graph = graphOf(inputs, body);
  const fused = fuse(graph);
  verifyOpGraph(fused, 'fuse');
  for (const doubles of [true, false]) {
    expect(bitsOf(fused, doubles)).toEqual(bitsOf(graph, doubles));
  }
  return fused;
}

describe('formulas that follow one another', () => {
  it('become one, whose results have the same bits', () => {
    const fused = expectSame(({ builder: b }, { u, v, by, range }) => {
      const sum = b.add({ a: b.scale({ value: u!, by: by! }, { factor: 0.3 }), b: v! });
      return [b.rescale({ image: b.difference({ a: sum, b: u! }), range: range! })];
    });
    expect(opNames(fused.ops)).toEqual(['pointwise']);
  });

  it('become one with what is updated in place', () => {
    const fused = expectSame(({ builder: b }, { u, v, iteration }) => {
      const gradient = b.multiply({ a: u!, b: v! });
      const state = {
        mean: b.zeros({ like: u! }, { channels: 3 }),
        variance: b.zeros({ like: v! }, { channels: 3 }),
        iteration: iteration!,
      };
      const { direction, mean, variance } = b.adam(
        { gradient, ...state },
        { beta1: 0.9, beta2: 0.99, epsilon: 0.01 },
      );
      const next = b.adam(
        {
          gradient: b.scale({ value: direction }, { factor: 0.7 }),
          mean,
          variance,
          iteration: iteration!,
        },
        { beta1: 0.8, beta2: 0.95, epsilon: 0.02 },
      );
      return Object.values(next);
    });
    expect(opNames(fused.ops)).toEqual(['zeros', 'zeros', 'pointwiseUpdate', 'pointwiseUpdate']);
  });

  it('see an image that weighs a vector, and single channels', () => {
    const fused = expectSame((graph, { u, mask }) => {
      const squared = graph.builder.multiply({ a: mask!, b: mask! });
      const weighed = graph.op(
        'pointwise',
        { a: u, b: squared },
        { expressions: [['*', 'a', 'b']] },
      );
      const crossed = { expressions: [['-', 'a.1', 'a.2'], 'a.0', ['abs', 'a.1']] } as const;
      return [graph.op('pointwise', { a: weighed.value }, crossed).value!];
    });
    expect(opNames(fused.ops)).toEqual(['pointwise']);
  });

  it('stay apart where somebody else reads what lies between them', () => {
    const fused = expectSame(({ builder: b }, { u, v }) => {
      const sum = b.add({ a: u!, b: v! });
      return [b.multiply({ a: sum, b: v! }), sum];
    });
    expect(opNames(fused.ops)).toEqual(['add', 'multiply']);
  });

  it('stay apart where one kernel could not bind what they read', () => {
    const many = (graph: GraphBuilder, value: ValueId) =>
      graph.op(
        'pointwise',
        { a: value, b: value },
        { expressions: [['+', ['*', 'a.0', 'a.1'], 'a.2']] },
      ).value!;
    const fused = expectSame((graph, { u, v }) => {
      const b = graph.builder;
      const [x, y, z] = [b.multiply({ a: u!, b: v! }), b.add({ a: u!, b: v! }), v!].map((value) =>
        many(graph, value),
      );
      const sum = b.add({ a: b.add({ a: x!, b: y! }), b: z! });
      return [b.add({ a: sum, b: many(graph, b.scale({ value: u! }, { factor: 2 })) })];
    });
    // Six planes are read and one is written, however it is cut.
    expect(fused.ops.length).toBeLessThan(9);
  });

  it('stay on their side of a loop, in which a dial may be turned', () => {
    const fused = expectSame((graph, { u, v }) => {
      const b = graph.builder;
      const before = b.scale({ value: u!, by: b.dial('weight', 0.5) }, { factor: 2 });
      const [after] = b.loop({
        label: 'steps',
        carried: [v!],
        stop: { maxIterations: 2, when: [] },
        body: ([x]) => ({
          next: [b.add({ a: b.scale({ value: x! }, { factor: 0.5 }), b: u! })],
          losses: [{ name: 'loss', value: b.constant([0]) }],
        }),
      });
      return [b.add({ a: before, b: after! })];
    });
    expect(opNames(fused.ops)).toEqual(['scale', 'loop', 'add']);
    expect(opNames(bodyOf(fused))).toEqual(['pointwise']);
  });

  it('can be left apart', () => {
    const graph = graphOf(inputs, ({ builder: b }, { u, v }) => [
      b.add({ a: b.multiply({ a: u!, b: v! }), b: v! }),
    ]);
    expect(opNames(fuse(graph, { off: ['formula-substitution'] }).ops)).toEqual([
      'multiply',
      'add',
    ]);
  });

  it('keep the bits of any small program', () => {
    const step = fc.record({
      kind: fc.constantFrom('add', 'multiply', 'scale', 'difference', 'clamp', 'weigh', 'turn'),
      a: fc.nat(30),
      b: fc.nat(30),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 10 }), fc.nat(), (steps, seed) => {
        expectSame((graph, { u, v, mask, range, by }) => {
          const b = graph.builder;
          const values = [u!, v!];
          for (const { kind, a, b: other } of steps) {
            const x = values[a % values.length]!;
            const y = values[other % values.length]!;
            const made = {
              add: () => b.add({ a: x, b: y }),
              multiply: () => b.multiply({ a: x, b: y }),
              scale: () => b.scale({ value: x, by: by! }, { factor: 0.7 }),
              difference: () => b.difference({ a: x, b: y }),
              clamp: () => b.rescale({ image: x, range: range! }),
              weigh: () =>
                graph.op('pointwise', { a: x, b: mask }, { expressions: [['*', 'a', 'b']] }).value!,
              turn: () =>
                graph.op('pointwise', { a: x, b: y }, { expressions: ['a.1', 'b.2', 'a.0'] })
                  .value!,
            };
            values.push(made[kind]());
          }
          return [values.at(-1)!, values[seed % values.length]!];
        });
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});
