import { describe, expect, it } from 'vitest';
import type { Grid } from '../../../../src/imaging/grid';
import type { DeviceKind } from '../../../../src/runtime/api/engine/engine-api';
import { fuse, fusionRules } from '../../../../src/runtime/compile/fuse';
import type { GraphBuilder } from '../../../../src/runtime/compile/graph-builder';
import { verifyOpGraph } from '../../../../src/runtime/compile/verify';
import type { OpGraph } from '../../../../src/runtime/ir/op-graph';
import { passesIn } from '../../../../src/runtime/ir/repeats';
import type { ValueId } from '../../../../src/runtime/ir/values';
import { costOf } from '../../../../src/runtime/session/plan-summary';
import { obliqueGrid, oneSliceGrid, randomField, scalars } from '../../../support/case-values';
import { type CaseInputs, graphOf, opNames, planOf, runGraph } from '../../../support/run-graph';
import { compileRecipe, greedyRecipe } from '../../../support/worked-example';

type Outside = 'zero' | 'edge' | 'cut';

/** Samples at the points of `u` and `affine`; the target lies obliquely to the source. */
const attributes = (outside: Outside) => ({
  size: [...oneSliceGrid.sizeVoxels],
  worldFromVoxel: [...oneSliceGrid.worldFromVoxel],
  interpolation: 'linear' as const,
  outside,
});

const inputs: CaseInputs = {
  source: randomField(obliqueGrid, 1, 1),
  u: randomField(oneSliceGrid, 3, 2, 3),
  affine: scalars(1.1, 0.1, 0, 1, -0.1, 0.9, 0.05, -2, 0, 0.02, 1, 0.5),
};

type Values = Readonly<Record<string, ValueId>>;
const sampleAt = (g: GraphBuilder, v: Values, outside: Outside): ValueId =>
  g.builder.sample(
    { source: v.source!, displacement: v.u!, affine: v.affine! },
    attributes(outside),
  );
const derivativeAt = (g: GraphBuilder, v: Values, outside: Outside): ValueId =>
  g.builder.sampleDerivative(
    { source: v.source!, displacement: v.u!, affine: v.affine! },
    attributes(outside),
  );

function expectSame(graph: OpGraph): OpGraph {
  const fused = fuse(graph);
  verifyOpGraph(fused, 'fuse');
  expect(runGraph(fused, inputs)).toEqual(runGraph(graph, inputs));
  return fused;
}

describe('sample-with-derivative', () => {
  it.each(['zero', 'edge', 'cut'] as const)(
    'gives the same bits where outside is %s',
    (outside) => {
      const graph = graphOf(inputs, (g, v) => [
        sampleAt(g, v, outside),
        derivativeAt(g, v, outside),
      ]);
      expect(opNames(expectSame(graph).ops)).toEqual(['sampleWithDerivative']);
    },
  );

  it('leaves points that differ alone', () => {
    const graph = graphOf(inputs, (g, v) => [sampleAt(g, v, 'zero'), derivativeAt(g, v, 'edge')]);
    expect(opNames(expectSame(graph).ops)).toEqual(['sample', 'sampleDerivative']);
  });

  it('leaves a value and a derivative alone that stand alone', () => {
    expect(opNames(expectSame(graphOf(inputs, (g, v) => [sampleAt(g, v, 'zero')])).ops)).toEqual([
      'sample',
    ]);
    expect(
      opNames(expectSame(graphOf(inputs, (g, v) => [derivativeAt(g, v, 'zero')])).ops),
    ).toEqual(['sampleDerivative']);
  });

  it('keeps a large derivative until it is read out of memory', () => {
    const opsAt = (nz: number) => {
      const large = { ...attributes('zero'), size: [256, 256, nz] };
      const graph = graphOf(inputs, ({ builder: b }, { source }) => [
        b.sample({ source: source! }, large),
        b.sampleDerivative({ source: source! }, large),
      ]);
      return opNames(fuse(graph).ops);
    };
    expect(opsAt(63)).toEqual(['sampleWithDerivative']);
    expect(opsAt(64)).toEqual(['sample', 'sampleDerivative']);
  });

  it('stays right where the derivative comes first', () => {
    expectSame(
      graphOf(inputs, (g, v) => {
        const derivative = derivativeAt(g, v, 'zero');
        const doubled = g.builder.scale({ value: derivative }, { factor: 2 });
        return [doubled, sampleAt(g, v, 'zero'), derivative];
      }),
    );
  });

  it('stays right where both are there twice, as with merging switched off', () => {
    expectSame(
      graphOf(inputs, (g, v) => [
        sampleAt(g, v, 'zero'),
        sampleAt(g, v, 'zero'),
        derivativeAt(g, v, 'zero'),
        derivativeAt(g, v, 'zero'),
      ]),
    );
  });

  it('can be switched off by its name', () => {
    const graph = graphOf(inputs, (g, v) => [sampleAt(g, v, 'zero'), derivativeAt(g, v, 'zero')]);
    const off = fuse(graph, { off: ['sample-with-derivative'] });
    expect(opNames(off.ops)).toEqual(['sample', 'sampleDerivative']);
  });
});

describe('sample-inside', () => {
  const weightAt = (
    g: GraphBuilder,
    v: Values,
    { size, worldFromVoxel }: ReturnType<typeof attributes>,
    source = obliqueGrid,
  ): ValueId =>
    g.builder.insideWeight(
      { displacement: v.u!, affine: v.affine! },
      {
        ...{ size, worldFromVoxel, outside: 'zero' },
        sourceSize: [...source.sizeVoxels],
        sourceWorldFromVoxel: [...source.worldFromVoxel],
      },
    );

  it.each(['zero', 'edge', 'cut'] as const)(
    'gives the same bits where outside is %s',
    (outside) => {
      const at = attributes(outside);
      const alone = graphOf(inputs, (g, v) => [weightAt(g, v, at), sampleAt(g, v, outside)]);
      expect(opNames(expectSame(alone).ops)).toEqual(['sampleInside']);
      const whole = graphOf(inputs, (g, v) => [
        weightAt(g, v, at),
        derivativeAt(g, v, outside),
        sampleAt(g, v, outside),
      ]);
      expect(opNames(expectSame(whole).ops)).toEqual(['sampleInsideWithDerivative']);
    },
  );

  it('leaves the weight of another image, and labels, alone', () => {
    const at = attributes('edge');
    const other = graphOf(inputs, (g, v) => [
      sampleAt(g, v, 'edge'),
      weightAt(g, v, at, oneSliceGrid),
    ]);
    expect(opNames(expectSame(other).ops)).toEqual(['sample', 'insideWeight']);
    const nearest = graphOf(inputs, (g, v) => [
      g.builder.sample(
        { source: v.source!, displacement: v.u!, affine: v.affine! },
        { ...at, interpolation: 'nearest' },
      ),
      weightAt(g, v, at),
    ]);
    expect(opNames(expectSame(nearest).ops)).toEqual(['sample', 'insideWeight']);
  });

  it('is all that is fused where the derivative is kept out of memory', () => {
    const at = { ...attributes('zero'), size: [256, 256, 64] };
    const graph = graphOf(inputs, ({ builder: b }, { source }) => [
      b.sample({ source: source! }, at),
      b.insideWeight(
        {},
        {
          ...{ size: at.size, worldFromVoxel: at.worldFromVoxel, outside: 'zero' },
          sourceSize: [...obliqueGrid.sizeVoxels],
          sourceWorldFromVoxel: [...obliqueGrid.worldFromVoxel],
        },
      ),
      b.sampleDerivative({ source: source! }, at),
    ]);
    expect(opNames(fuse(graph).ops)).toEqual(['sampleInside', 'sampleDerivative']);
  });
});

describe('local correlation from images', () => {
  const fusedOf = (grid: Grid, radiusVoxels: number, isMasked = false) => {
    const images: CaseInputs = Object.fromEntries(
      ['fixed', 'warped', 'weight'].map((name, i) => [
        name,
        randomField(grid, 1, 31 + i, 0.5, 0.5),
      ]),
    );
    const graph = graphOf(images, ({ builder: b }, { fixed, warped, weight }) => {
      const window = { radiusVoxels };
      const weightMean = b.windowStatistics({ image: weight! }, window).mean;
      const counted = isMasked ? { weight: weight!, weightMean } : {};
      const ofFixed = b.windowStatistics({ image: fixed!, ...counted }, window);
      const means = {
        ...{ meanFixed: ofFixed.mean, meanFixedSquared: ofFixed.meanSquared, weight: weight! },
        ...b.windowMoments({ fixed: fixed!, warped: warped!, ...counted }, window),
      };
      const loss = b.lnccLoss(means, { epsilon: 0.01 });
      const cotangent = b.constant([1.5]);
      const adjoint = b.lnccLossAdjoint({ ...means, cotangent }, { epsilon: 0.01 });
      return [loss, ...Object.values(adjoint)];
    });
    const fused = fuse(graph);
    verifyOpGraph(fused, 'fuse');
    const [[wanted], ...others] = runGraph(graph, images) as [[Float64Array], ...Float64Array[][]];
    const [[found], ...found3] = runGraph(fused, images) as [[Float64Array], ...Float64Array[][]];
    // Rows are added up in place of chunks.
    expect(found[0]).toBeCloseTo(wanted[0]!, 12);
    expect(found3).toEqual(others);
    return opNames(fused.ops).filter((name) => name !== 'windowStatistics');
  };

  it.each([2, 3])('takes one walk in volumes, radius %i', (radius) => {
    expect(fusedOf(obliqueGrid, radius)).toEqual(['lnccFromImages']);
  });

  it.each([
    ['one slice', oneSliceGrid, 2, false],
    ['windows that a mask limits', obliqueGrid, 2, true],
  ] as const)('keeps the windows of %s apart', (_, grid, radius, isMasked) => {
    expect(fusedOf(grid, radius, isMasked)).toEqual(['windowMoments', 'lnccLossWithAdjoint']);
  });
});

describe('scaled-composition', () => {
  const fields: CaseInputs = {
    outer: randomField(obliqueGrid, 3, 5),
    inner: randomField(obliqueGrid, 3, 6),
    by: scalars(0.7),
    range: scalars(2, -0.3),
  };
  const fusedOf = (body: (g: GraphBuilder, v: Values) => readonly ValueId[]): readonly string[] => {
    const graph = graphOf(fields, body);
    const fused = fuse(graph, { off: ['formula-substitution'] });
    expect(runGraph(fused, fields)).toEqual(runGraph(graph, fields));
    return opNames(fused.ops);
  };

  it('multiplies as it reads', () => {
    const names = fusedOf(({ builder: b }, { outer, inner, by, range }) => {
      const expressions = [['*', ['/', ['neg', 'b'], 'c.1'], 'a']] as const;
      const step = b.pointwise({ a: inner!, b: by!, c: range! }, { expressions });
      return [b.compose({ outer: outer!, inner: step })];
    });
    expect(names).toEqual(['pointwise', 'composeScaled']);
  });

  it.each([
    ['a step that is read elsewhere', ['*', 'b', 'a'], true],
    ['a factor that is a field', ['*', 'a', 'a'], false],
    ['a factor that no value gives', ['*', 3, 'a'], false],
    ['one channel for all', ['*', 'b', 'a.0'], false],
    ['another formula', ['+', 'b', 'a'], false],
  ] as const)('leaves %s alone', (_, expression, isKept) => {
    const names = fusedOf(({ builder: b }, { outer, inner, by }) => {
      const given = JSON.stringify(expression).includes('"b"')
        ? { a: inner!, b: by! }
        : { a: inner! };
      const channels = expression[2] === 'a.0' ? 3 : 1;
      const expressions = Array.from({ length: channels }, () => expression);
      const step = b.pointwise(given, { expressions });
      return [b.compose({ outer: outer!, inner: step }), ...(isKept ? [step] : [])];
    });
    expect(names).toEqual(['pointwise', 'compose']);
  });
});

describe('every rule', () => {
  /** Bytes that the body of the loop moves. */
  const bytesOf = (graph: OpGraph, device: DeviceKind): number => {
    const loop = planOf(graph).steps.find(({ kind }) => kind === 'loop')!;
    return passesIn(loop.passes).reduce((sum, pass) => sum + costOf(pass, device).bytes, 0);
  };
  const images = (graph: OpGraph): CaseInputs =>
    Object.fromEntries(
      graph.inputs.map(({ key, value }, i) => {
        const type = graph.types[value]!;
        if (type.kind !== 'field') throw new Error('Images are fields.');
        return [key, randomField(type.grid, 1, 11 + i, 0.5, 0.5)];
      }),
    );
  const whole = compileRecipe(greedyRecipe).graph!;
  const expected = runGraph(whole, images(whole));

  it('leaves something to compare', () => {
    expect(expected.flat().some((plane) => plane.some((v) => v !== 0))).toBe(true);
  });

  // In this loop no formulas follow one another, and it wants the derivative too: both have suites of their own.
  const elsewhere = ['formula-substitution', 'sample-inside'];
  it.each(fusionRules.map(({ name }) => name).filter((name) => !elsewhere.includes(name)))(
    '%s saves the loop of the greedy recipe bytes',
    (name) => {
      const without = compileRecipe(greedyRecipe, { fusionOff: [name] }).graph!;
      expect(bytesOf(whole, 'cpu')).toBeLessThan(bytesOf(without, 'cpu'));
      // What zeroes a chunk's sums counts too.
      expect(bytesOf(whole, 'gpu')).toBeLessThan(1.001 * bytesOf(without, 'gpu'));
    },
  );

  it('counts the walks that the GPU takes in place of one', () => {
    expect(bytesOf(whole, 'gpu')).toBeGreaterThan(bytesOf(whole, 'cpu'));
  });

  it.each(fusionRules.map(({ name }) => name))('%s leaves the greedy recipe its result', (name) => {
    const without = compileRecipe(greedyRecipe, { fusionOff: [name] }).graph!;
    expect(runGraph(without, images(without))).toEqual(expected);
  });
});

describe('what switches off', () => {
  it('changes nothing but the work: the greedy recipe gives the same bits', () => {
    const run = (options: Parameters<typeof compileRecipe>[1]): readonly Float64Array[] => {
      const { graph } = compileRecipe(greedyRecipe, options);
      const given = Object.fromEntries(
        graph!.inputs.map(({ key, value }, i) => {
          const type = graph!.types[value]!;
          if (type.kind !== 'field') throw new Error('Images are fields.');
          return [key, randomField(type.grid, 1, 21 + i, 0.5, 0.5)];
        }),
      );
      return runGraph(graph!, given, { alias: options?.alias ?? true }).flat();
    };
    const everything = run({});
    const off = { mergeEqual: false, hoist: false, dropUnused: false };
    const nothing = run({
      simplify: off,
      fusionOff: fusionRules.map(({ name }) => name),
      alias: false,
    });
    expect(nothing).toEqual(everything);
  });
});
