import { describe, expect, it } from 'vitest';
import { differentiate, NotDifferentiable } from '../../../../src/runtime/compile/differentiate';
import type { GraphBuilder } from '../../../../src/runtime/compile/graph-builder';
import { verifyOpGraph } from '../../../../src/runtime/compile/verify';
import type { OpGraph } from '../../../../src/runtime/ir/op-graph';
import type { ValueId } from '../../../../src/runtime/ir/values';
import {
  obliqueGrid,
  oneSliceGrid,
  randomField,
  randomNumbers,
  scalars,
} from '../../../support/case-values';
import { bodyOf, type CaseInputs, graphOf, opNames, runGraph } from '../../../support/run-graph';

type Loss = (b: GraphBuilder, values: Readonly<Record<string, ValueId>>) => ValueId;

const inputs: CaseInputs = {
  a: randomField(obliqueGrid, 1, 1),
  b: randomField(obliqueGrid, 1, 2),
  c: randomField(obliqueGrid, 1, 3),
};

const meanOfSquares = (graph: GraphBuilder, fixed: ValueId, warped: ValueId): ValueId =>
  graph.builder.meanSquaredDifference({ fixed, warped });

/** The loss and its gradients, differentiated and run. */
function lossAndGradients(
  given: CaseInputs,
  loss: Loss,
  wrt: readonly string[],
): { readonly loss: number; readonly gradients: readonly (readonly Float64Array[])[] } {
  const graph = differentiate(
    graphOf(given, (b, values) => {
      const value = loss(b, values);
      return [
        value,
        ...b.gradient(
          value,
          wrt.map((name) => values[name]!),
        ),
      ];
    }),
  );
  const [first, ...gradients] = runGraph(graph, given);
  return { loss: first![0]![0]!, gradients };
}

/** Relative difference between the gradient and central differences along random directions. */
function gradientError(given: CaseInputs, loss: Loss, name: string): number {
  const gradient = lossAndGradients(given, loss, [name]).gradients[0]!;
  const value = given[name]!;
  const at = (along: readonly Float64Array[], step: number): number => {
    const planes = value.planes.map((plane, i) => plane.map((v, j) => v + step * along[i]![j]!));
    return lossAndGradients({ ...given, [name]: { ...value, planes } }, loss, []).loss;
  };
  const dot = (p: readonly Float64Array[], q: readonly Float64Array[]): number =>
    p.reduce((sum, plane, i) => sum + plane.reduce((s, v, j) => s + v * q[i]![j]!, 0), 0);
  let worst = 0;
  for (let direction = 0; direction < 4; direction += 1) {
    const along = value.planes.map((plane, i) =>
      randomNumbers(plane.length, 90 + 7 * direction + i),
    );
    const step = 1e-5;
    const measured = (at(along, step) - at(along, -step)) / (2 * step);
    const scale = Math.sqrt(dot(gradient, gradient) * dot(along, along));
    worst = Math.max(worst, Math.abs(measured - dot(gradient, along)) / Math.max(scale, 1e-12));
  }
  return worst;
}

describe('a gradient that leads through an input of which an adjoint says nothing', () => {
  it('is an error, and not zero', () => {
    const graph = graphOf({ ...inputs, by: scalars(2) }, (b, { a, b: other, by }) => {
      const scaled = b.builder.scale({ value: a!, by: by! }, { factor: 1 });
      return b.gradient(meanOfSquares(b, other!, scaled), [by!]);
    });
    expect(() => differentiate(graph)).toThrow('"scale" gives no gradient of its "by"');
  });

  it('is zero where the adjoint says that nothing depends on it', () => {
    const graph = graphOf(inputs, (b, { a, b: other }) => {
      const zeros = b.builder.zeros({ like: a! }, { channels: 1 });
      return b.gradient(meanOfSquares(b, other!, zeros), [a!]);
    });
    const [gradient] = runGraph(differentiate(graph), inputs);
    expect(gradient![0]!.every((v) => v === 0)).toBe(true);
  });
});

describe('differentiate', () => {
  it('adds up what comes back along two paths', () => {
    const loss: Loss = (g, { a, b, c }) =>
      g.builder.add({ a: meanOfSquares(g, a!, b!), b: meanOfSquares(g, c!, a!) });
    expect(gradientError(inputs, loss, 'a')).toBeLessThan(1e-8);
  });

  it('adds up what comes back to a shared value, however many ops read it', () => {
    const loss: Loss = (g, { a, b, c }) => {
      const shared = g.builder.multiply({ a: a!, b: b! });
      const cubed = g.builder.multiply({
        a: shared,
        b: g.builder.multiply({ a: shared, b: shared }),
      });
      return meanOfSquares(g, g.builder.add({ a: cubed, b: shared }), c!);
    };
    expect(gradientError(inputs, loss, 'a')).toBeLessThan(1e-7);
    expect(gradientError(inputs, loss, 'b')).toBeLessThan(1e-7);
  });

  it('counts a value twice that an op takes at two inputs', () => {
    const loss: Loss = (g, { a, b }) => meanOfSquares(g, g.builder.add({ a: a!, b: a! }), b!);
    expect(gradientError(inputs, loss, 'a')).toBeLessThan(1e-8);
  });

  it('goes through sampling, smoothing and a squared difference to a displacement', () => {
    const field: CaseInputs = {
      fixed: randomField(oneSliceGrid, 1, 4),
      moving: randomField(oneSliceGrid, 1, 5),
      u: randomField(oneSliceGrid, 3, 6, 0.4),
    };
    const loss: Loss = (g, { fixed, moving, u }) => {
      const warped = g.builder.sample(
        { source: moving!, displacement: u! },
        {
          size: [...oneSliceGrid.sizeVoxels],
          worldFromVoxel: [...oneSliceGrid.worldFromVoxel],
          interpolation: 'linear',
          outside: 'edge',
        },
      );
      const smooth = g.builder.gaussian(
        { value: warped },
        { sigmaVoxels: [1, 1, 0], truncate: 3, edges: 'renormalize', transposed: false },
      );
      return meanOfSquares(g, fixed!, smooth);
    };
    expect(gradientError(field, loss, 'u')).toBeLessThan(1e-5);
    expect(gradientError(field, loss, 'moving')).toBeLessThan(1e-7);
  });

  it('gives zero, of the right type, where the loss does not depend on the value', () => {
    const { gradients } = lossAndGradients(
      { ...inputs, s: scalars(1, 2, 3), u: randomField(obliqueGrid, 3, 8) },
      (g, { a, b }) => meanOfSquares(g, a!, b!),
      ['c', 's', 'u', 'a'],
    );
    const [c, s, u, a] = gradients;
    expect(c!.map((plane) => plane.length)).toEqual([inputs.c!.planes[0]!.length]);
    expect(s!.map((plane) => plane.length)).toEqual([3]);
    expect(u!.length).toBe(3);
    for (const plane of [...c!, ...s!, ...u!]) expect(plane.every((v) => v === 0)).toBe(true);
    expect(a![0]!.some((v) => v !== 0)).toBe(true);
  });

  it('gives one where the loss is asked for its own gradient', () => {
    const { gradients } = lossAndGradients(
      { s: scalars(3) },
      (g, { s }) => g.builder.multiply({ a: s!, b: s! }),
      ['s'],
    );
    expect([...gradients[0]![0]!]).toEqual([6]);
    const own = graphOf({ s: scalars(3) }, (b, { s }) => [...b.gradient(s!, [s!])]);
    expect([...runGraph(differentiate(own), { s: scalars(3) })[0]![0]!]).toEqual([1]);
  });

  it('works within the body of a loop, values from around it included', () => {
    const rate = 0.1;
    const graph = descent(rate);
    const differentiated = differentiate(graph);
    verifyOpGraph(differentiated, 'differentiate');
    expect(opNames(bodyOf(graph))).toContain('gradient');
    expect(opNames(bodyOf(differentiated))).not.toContain('gradient');
    const given = { x: scalars(4), target: scalars(1) };
    const [x] = runGraph(differentiated, given);
    // (x − 1)² by gradient descent: the distance shrinks by 1 − 2·rate an iteration.
    expect(x![0]![0]!).toBeCloseTo(1 + 3 * (1 - 2 * rate) ** 5, 12);
  });

  it('lets a gradient be what a loop shows or records', () => {
    const graph = graphOf(inputs, (g, { a, b }) =>
      g.builder.loop({
        label: 'shows its gradient',
        carried: [a!],
        stop: { maxIterations: 2, when: [] },
        body([now]) {
          const value = meanOfSquares(g, b!, now!);
          const [gradient] = g.builder.gradient(value, [now!]);
          return { next: [now!], losses: [{ name: 'total', value }], preview: gradient! };
        },
      }),
    );
    expect(() => runGraph(differentiate(graph), inputs)).not.toThrow();
  });

  it('says which op has no gradient, and for which node', () => {
    const graph = graphOf(inputs, (b, { a, b: other }) => {
      b.origin = 'view-node';
      const shown = b.builder.checkerboard({ a: a!, b: other! }, { sizeVoxels: 2 });
      b.origin = 'register-node';
      const loss = meanOfSquares(b, shown, other!);
      return [loss, ...b.gradient(loss, [a!])];
    });
    let caught: unknown;
    try {
      differentiate(graph);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(NotDifferentiable);
    expect(caught).toMatchObject({ op: 'checkerboard', origin: 'view-node' });
  });

  it('does not mind such an op where no gradient goes through it', () => {
    const graph = graphOf(inputs, (b, { a, b: other, c }) => {
      const shown = b.builder.checkerboard({ a: c!, b: other! }, { sizeVoxels: 2 });
      const loss = meanOfSquares(b, shown, a!);
      return [...b.gradient(loss, [a!])];
    });
    expect(() => differentiate(graph)).not.toThrow();
  });

  it('leaves the graph that it is given as it was', () => {
    const graph = descent(0.1);
    const before = JSON.stringify(graph);
    differentiate(graph);
    expect(JSON.stringify(graph)).toBe(before);
  });
});

/** Five steps down (x − target)². */
function descent(rate: number): OpGraph {
  return graphOf({ x: scalars(4), target: scalars(1) }, (g, { x, target }) => {
    const b = g.builder;
    return b.loop({
      label: 'descent',
      carried: [x!],
      stop: { maxIterations: 5, when: [] },
      body([now]) {
        const difference = b.add({ a: now!, b: b.scale({ value: target! }, { factor: -1 }) });
        const value = b.multiply({ a: difference, b: difference });
        const [gradient] = b.gradient(value, [now!]);
        return {
          next: [b.add({ a: now!, b: b.scale({ value: gradient! }, { factor: -rate }) })],
          losses: [{ name: 'total', value }],
        };
      },
    });
  });
}
