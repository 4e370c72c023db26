import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate, lifetimesOf } from '../../../../src/runtime/compile/allocate';
import { schedule } from '../../../../src/runtime/compile/schedule';
import { verifyPlan } from '../../../../src/runtime/compile/verify';
import { allocateMemory, bytesOf } from '../../../../src/runtime/cpu/memory';
import type {
  BufferId,
  KernelGraph,
  LoopStep,
  Pass,
  Step,
  VirtualBuffer,
} from '../../../../src/runtime/ir/kernel-graph';
import type { StopRule } from '../../../../src/runtime/ir/op-graph';
import type { ValueId } from '../../../../src/runtime/ir/values';
import { obliqueGrid, randomField, scalars } from '../../../support/case-values';
import { type CaseInputs, graphOf, planOf, runGraph } from '../../../support/run-graph';
import { compileRecipe, greedyRecipe } from '../../../support/worked-example';

const stop: StopRule = { maxIterations: 3, when: [] };

/** A pass that touches the named buffers. */
const pass = (...buffers: readonly number[]): Pass => ({
  kernel: 'any',
  buffers: buffers as BufferId[],
  parameters: {},
  origin: 'test',
});
const program = (...passes: readonly Pass[]): Step => ({ kind: 'program', origin: 'test', passes });
const loop = (trace: number, ...passes: readonly Pass[]): LoopStep => ({
  kind: 'loop',
  origin: 'test',
  label: 'loop',
  passes,
  stop,
  lossNames: ['total'],
  columns: 1,
  trace: trace as BufferId,
});

/** A graph of buffers with the given roles, ten numbers each unless told. */
function graphWith(
  roles: readonly VirtualBuffer['role'][],
  steps: readonly Step[],
  options: { readonly results?: readonly number[]; readonly elements?: readonly number[] } = {},
): KernelGraph {
  const results = (options.results ?? []).map((id) => id as ValueId);
  return {
    buffers: roles.map((role, i) => ({
      elements: options.elements?.[i] ?? 10,
      type: 'f32',
      role,
      label: `b${i}`,
    })),
    steps,
    buffersOfValue: new Map(results.map((id) => [id, [id as number as BufferId]])),
    inputs: [],
    dials: [],
    constants: [],
    results,
  };
}

const lifetime = (graph: KernelGraph, buffer: number) =>
  lifetimesOf(graph).find((one) => one.buffer === buffer);

describe('lifetimesOf', () => {
  it('ends with the last pass that touches the buffer', () => {
    const graph = graphWith(['value', 'value'], [program(pass(0), pass(0, 1), pass(1))]);
    expect(lifetime(graph, 0)).toMatchObject({ begin: 1, end: 2 });
    expect(lifetime(graph, 1)).toMatchObject({ begin: 2, end: 3 });
  });

  it('reaches through a loop that uses what was there before it', () => {
    const graph = graphWith(
      ['value', 'value', 'value', 'trace'],
      [program(pass(0)), loop(3, pass(0, 1), pass(1, 2), pass(2, 2)), program(pass(2))],
    );
    expect(lifetime(graph, 0)).toMatchObject({ begin: 1, end: 4 });
    expect(lifetime(graph, 1)).toMatchObject({ begin: 2, end: 3 });
    expect(lifetime(graph, 2)).toMatchObject({ begin: 3, end: 5 });
  });

  it.each(['input', 'constant'] as const)(
    'reaches through a loop whose first user of an %s comes late in the body',
    (role) => {
      const graph = graphWith(
        [role, 'value', 'value', 'trace'],
        [program(pass(1)), loop(3, pass(1, 2), pass(2, 0))],
      );
      expect(lifetime(graph, 0)).toMatchObject({ begin: 0, end: 3 });
    },
  );

  it('is endless for dials, traces and results, and whole for what a loop shows', () => {
    const shown = { ...loop(2, pass(0, 1), pass(1), pass(0)) };
    const graph = graphWith(
      ['dial', 'value', 'trace', 'value'],
      [
        {
          ...shown,
          preview: { buffer: 1 as BufferId, value: 1 as ValueId },
        },
        program(pass(3)),
      ],
      { results: [3] },
    );
    for (const endless of [0, 2, 3]) {
      expect(lifetime(graph, endless)?.end, `buffer ${endless}`).toBe(Number.POSITIVE_INFINITY);
    }
    expect(lifetime(graph, 1)).toMatchObject({ begin: 1, end: 3 });
  });
});

describe('allocate', () => {
  it('gives buffers that do not meet one slot, and others their own', () => {
    const plan = allocate(
      graphWith(['value', 'value', 'value'], [program(pass(0, 1), pass(1, 2), pass(2))]),
    );
    expect(plan.slotOfBuffer).toEqual([0, 1, 0]);
    expect(plan.slots).toEqual([{ bytes: 40 }, { bytes: 40 }]);
    expect(plan.peakBytes).toBe(80);
  });

  it('lets a smaller buffer have a larger slot that is free, whichever comes first', () => {
    const [small, large] = [4096, 8192];
    for (const elements of [
      [small, large],
      [large, small],
    ]) {
      const plan = allocate(
        graphWith(['value', 'value'], [program(pass(0), pass(1))], { elements }),
      );
      expect(plan.slots).toEqual([{ bytes: 4 * large }]);
      verifyPlan(plan);
    }
  });

  it('takes the smallest slot that is large enough', () => {
    const elements = [8192, 6000, 5000];
    const steps = [program(pass(0, 1), pass(2))];
    const plan = allocate(graphWith(['value', 'value', 'value'], steps, { elements }));
    expect(plan.slotOfBuffer).toEqual([0, 1, 1]);
  });

  it('gives what outlives the plan, and handfuls of numbers, slots of their own size', () => {
    const outliving = allocate(
      graphWith(['value', 'value'], [program(pass(0), pass(1))], {
        elements: [8192, 4096],
        results: [1],
      }),
    );
    expect(outliving.slots).toEqual([{ bytes: 4 * 8192 }, { bytes: 4 * 4096 }]);
    const few = allocate(
      graphWith(['value', 'value'], [program(pass(0), pass(1))], { elements: [10, 9] }),
    );
    expect(few.slots).toEqual([{ bytes: 40 }, { bytes: 36 }]);
  });

  it('refuses a buffer that nothing uses', () => {
    const graph = graphWith(['value', 'value'], [program(pass(0))]);
    expect(() => allocate(graph)).toThrow(/nothing uses/);
  });

  it('shares nothing where that is switched off', () => {
    const graph = graphWith(['value', 'value', 'value'], [program(pass(0), pass(1), pass(2))]);
    expect(allocate(graph).slots.length).toBe(1);
    expect(allocate(graph, { alias: false }).slots.length).toBe(3);
  });

  it('keeps an input that a loop uses out of the reach of what the loop makes', () => {
    const inputs: CaseInputs = { x: scalars(3), late: scalars(7) };
    const graph = graphOf(inputs, ({ builder: b }, { x, late }) =>
      b.loop({
        label: 'late',
        carried: [x!],
        stop,
        body([now]) {
          // Scratch of the loop's beginning must not take the place of what is read at its end.
          const doubled = b.scale({ value: now! }, { factor: 2 });
          const halved = b.scale({ value: doubled }, { factor: 0.25 });
          const next = b.add({ a: b.add({ a: halved, b: late! }), b: b.constant([1]) });
          return { next: [next], losses: [{ name: 'total', value: b.constant([0]) }] };
        },
      }),
    );
    let x = 3;
    for (let i = 0; i < 3; i += 1) x = x / 2 + 7 + 1;
    expect(runGraph(graph, inputs)[0]![0]![0]).toBe(x);
  });

  it('knows to the byte what the CPU device allocates', () => {
    const plan = compileRecipe(greedyRecipe).plan!;
    expect(bytesOf(allocateMemory(plan, { shared: false }))).toBe(plan.peakBytes);
    expect(compileRecipe(greedyRecipe, { alias: false }).plan!.peakBytes).toBeGreaterThan(
      plan.peakBytes,
    );
  });

  it('shares memory in any chain of ops without changing what comes out', () => {
    const inputs: CaseInputs = {
      p: randomField(obliqueGrid, 1, 1),
      q: randomField(obliqueGrid, 1, 2),
    };
    const ops = fc.array(fc.tuple(fc.nat(40), fc.nat(40)), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(ops, fc.nat(40), (pairs, kept) => {
        const graph = graphOf(inputs, ({ builder: b }, { p, q }) => {
          const values = [p!, q!];
          for (const [i, j] of pairs) {
            const [a, other] = [values[i % values.length]!, values[j % values.length]!];
            values.push(b.scale({ value: b.add({ a, b: other }) }, { factor: 0.5 }));
          }
          return [values.at(-1)!, values[kept % values.length]!];
        });
        verifyPlan(planOf(graph));
        expect(runGraph(graph, inputs)).toEqual(runGraph(graph, inputs, { alias: false }));
        expect(planOf(graph).slots.length).toBeLessThanOrEqual(schedule(graph).buffers.length);
      }),
      { numRuns: 60 },
    );
  });
});
