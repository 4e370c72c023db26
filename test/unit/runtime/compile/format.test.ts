import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PhaseName } from '../../../../src/runtime/api/engine/engine-api';
import { formatKernelGraph, formatOpGraph } from '../../../../src/runtime/compile/format';
import { schedule } from '../../../../src/runtime/compile/schedule';
import { scalars } from '../../../support/case-values';
import { graphOf, planOf } from '../../../support/run-graph';
import { compileRecipe, greedyRecipe } from '../../../support/worked-example';

const golden = (name: string): string => resolve('test/golden', name);

// Where these differ, `test/golden/README.md` says what to do.
describe('the worked example', () => {
  it.each([
    ['lower', 'greedy-lncc.lower.txt'],
    ['fuse', 'greedy-lncc.fuse.txt'],
    ['allocate', 'greedy-lncc.plan.txt'],
  ] satisfies [PhaseName, string][])('after %s is as in %s', async (phase, file) => {
    const { printed } = compileRecipe(greedyRecipe, { printAfter: phase });
    await expect(printed).toMatchFileSnapshot(golden(file));
  });

  it('prints the same twice', () => {
    const print = () => compileRecipe(greedyRecipe, { printAfter: 'allocate' }).printed;
    expect(print()).toBe(print());
  });
});

describe('formatOpGraph', () => {
  it('shows inputs, dials, constants, ops with their origin, loops and results', () => {
    const graph = graphOf({ x: scalars(1, 2) }, (g, { x }) => {
      g.origin = 'descent-node';
      return g.builder.loop({
        label: 'descent',
        carried: [x!],
        stop: { maxIterations: 7, when: [] },
        body: ([now]) => ({
          next: [
            g.builder.scale({ value: now!, by: g.builder.dial('step', 0.1) }, { factor: 1 / 3 }),
          ],
          losses: [{ name: 'total', value: g.builder.constant([0.5]) }],
        }),
      });
    });
    expect(formatOpGraph(graph)).toBe(
      [
        '%0 = input x: scalars(2)',
        '%3 = dial descent-node.step (0.1)',
        '%5 = constant [0.5]',
        '%6 = loop(carried0=%0): scalars(2)  <- descent-node',
        '  loop "descent" carries %1, iteration %2, at most 7',
        '    %4 = scale(value=%1, by=%3, factor=0.3333333333333333): scalars(2)  <- descent-node',
        '  next %4; losses total=%5',
        'results %6',
        '',
      ].join('\n'),
    );
  });
});

describe('formatKernelGraph', () => {
  it('shows steps and passes, and slots once there is memory', () => {
    const graph = graphOf({ x: scalars(1, 2) }, ({ builder: b }, { x }) => [
      b.scale({ value: b.add({ a: x!, b: x! }) }, { factor: 5.5 }),
    ]);
    // A formula reads a buffer once, and the numbers in it are the pass's.
    const lines = ['step 0 test: program', '  add(b0 b1) count=2'];
    expect(formatKernelGraph(schedule(graph))).toBe(
      [...lines, '  scale(b1 b2) count=2 k0=5.5', ''].join('\n'),
    );
    expect(formatKernelGraph(planOf(graph))).toBe(
      [
        lines[0],
        '  add(b0@s0 b1@s1) count=2',
        '  scale(b1@s1 b2@s0) count=2 k0=5.5',
        '2 slots, 16 bytes',
        '',
      ].join('\n'),
    );
  });
});
