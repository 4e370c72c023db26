import { describe, expect, test } from 'vitest';
import { axisAlignedGrid, type Grid, voxelCount } from '../../../src/imaging/grid';
import { correlation } from '../../../src/nodes/similarity/correlation';
import { correlationRatio } from '../../../src/nodes/similarity/correlation-ratio';
import { gradientField } from '../../../src/nodes/similarity/gradient-field';
import { lncc } from '../../../src/nodes/similarity/lncc';
import { meanSquaredError } from '../../../src/nodes/similarity/mean-squared-error';
import { mindSsc } from '../../../src/nodes/similarity/mind-ssc';
import { mutualInformation } from '../../../src/nodes/similarity/mutual-information';
import { normalizedMutualInformation } from '../../../src/nodes/similarity/normalized-mutual-information';
import { robustDifference } from '../../../src/nodes/similarity/robust-difference';
import { structuralSimilarity } from '../../../src/nodes/similarity/structural-similarity';
import { sumOfSquares } from '../../../src/nodes/similarity/sum-of-squares';
import { comparisonOf, domainOf, featuresOf } from '../../../src/runtime/api/nodes/compare';
import type { NodeDefinition } from '../../../src/runtime/api/nodes/define-node';
import { weighObjectives } from '../../../src/runtime/api/nodes/objectives';
import type {
  LevelContext,
  ModelPart,
  ObjectivePart,
  SimilarityPart,
} from '../../../src/runtime/api/nodes/port-values';
import { differentiate } from '../../../src/runtime/compile/differentiate';
import type { GraphBuilder } from '../../../src/runtime/compile/graph-builder';
import { fieldType, type ValueId } from '../../../src/runtime/ir/values';
import { fieldOf, randomField, randomNumbers, turnedGrid } from '../../support/case-values';
import type { CaseValue } from '../../support/op-case';
import { type CaseInputs, graphOf, runGraph } from '../../support/run-graph';
import { imageOn, lowerNode } from './lowering';

interface Similarity {
  readonly node: NodeDefinition;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** By name; several settings of a node where they compute something else. */
const similarities: readonly (readonly [string, Similarity])[] = [
  ['mean squared error', meanSquaredError],
  ['sum of squared differences', sumOfSquares],
  ['smooth absolute difference', robustDifference],
  ['biweight difference', robustDifference, { penalty: 'tukey' }],
  ['correlation', correlation],
  ['structural similarity', structuralSimilarity],
  ['local correlation', lncc],
  ['local correlation, Gaussian', lncc, { window: 'gaussian', sigmaVoxels: 1.2 }],
  ['mutual information', mutualInformation],
  ['normalized mutual information', normalizedMutualInformation],
  ['correlation ratio', correlationRatio],
  ['correlation ratio, by the moving image', correlationRatio, { explains: 'moving', bins: 9 }],
  ['gradient field', gradientField],
  ['self-similarity', mindSsc],
].map(([name, node, params]) => [
  name as string,
  { node: node as unknown as NodeDefinition, params: (params ?? {}) as Record<string, unknown> },
]);

/** Those whose bins span the whole image, masked or not. */
const binned: readonly unknown[] = [
  mutualInformation,
  normalizedMutualInformation,
  correlationRatio,
  structuralSimilarity,
];

const domain = turnedGrid([7, 6, 5], [1.2, 0.9, 2], [0, 0, 0]);
/** Far larger than the domain, so that no point leads out of it. */
const around = turnedGrid([17, 16, 11], [1.1, 1, 1.9], [-3.5, -6.5, -4]);
const level: LevelContext = {
  level: 0,
  levels: 1,
  grid: domain,
  fixed: 0 as ValueId,
  voxelMm: 0.9,
  centreMm: [0, 0, 0],
  radiusMm: 6,
};

/** Smooth, so that halves of a voxel do not matter to central differences. */
const pattern = (grid: Grid, shift: number): CaseValue =>
  fieldOf(
    grid,
    (x, y, z) => 0.5 + 0.4 * Math.sin(0.7 * x + shift) * Math.cos(0.5 * y + 0.6 * z + shift),
  );

function objectiveOf(
  graph: GraphBuilder,
  { node, params = {} }: Similarity,
  images = {},
): SimilarityPart {
  const { objective } = lowerNode(graph, node, images, params, 'similarity') as {
    objective: ObjectivePart;
  };
  return objective as SimilarityPart;
}

/** The loss of one pair, as `register` builds it, after differentiation. */
function run(
  inputs: CaseInputs,
  similarity: Similarity,
  body: (
    b: GraphBuilder,
    values: Readonly<Record<string, ValueId>>,
  ) => Parameters<typeof comparisonOf>[1],
  model: Pick<ModelPart, 'maps'>,
  variables: readonly string[] = [],
) {
  const graph = differentiate(
    graphOf(inputs, (graphBuilder, values) => {
      const { builder: b } = graphBuilder;
      const part = objectiveOf(graphBuilder, similarity);
      const moved = variables.map((name) => values[name]!);
      const maps = model.maps(b, moved, level);
      const comparison = comparisonOf(
        b,
        featuresOf(b, part, body(graphBuilder, values)),
        maps,
        domain,
      );
      const { total } = weighObjectives(b, [part], {
        comparisonFor: () => comparison,
        wholeMap: () => ({}),
        fields: [],
        level,
      });
      return [total, ...b.gradient(total, moved)];
    }),
  );
  const [loss, ...gradients] = runGraph(graph, inputs);
  return { loss: loss![0]![0]!, gradients };
}

/** A model of two halves, each a displacement: what a symmetric model is to an objective. */
const twoHalves: Pick<ModelPart, 'maps'> = {
  maps: (_, [toFixed, toMoving]) => ({
    fixed: { displacement: toFixed! },
    moving: { displacement: toMoving! },
  }),
};

describe.each(similarities)('%s', (_, similarity) => {
  test('of two halves: gradients flow to both sides', () => {
    const inputs: CaseInputs = {
      fixed: pattern(around, 0),
      moving: pattern(around, 0.6),
      toFixed: randomField(domain, 3, 3, 0.4),
      toMoving: randomField(domain, 3, 4, 0.4),
    };
    const pairOf = (_b: GraphBuilder, values: Readonly<Record<string, ValueId>>) => ({
      of: '',
      fixed: { image: values.fixed!, grid: around },
      moving: { image: values.moving!, grid: around },
    });
    const names = ['toFixed', 'toMoving'];
    const { gradients } = run(inputs, similarity, pairOf, twoHalves, names);
    for (const [side, name] of names.entries()) {
      const along = [5, 6, 7].map((seed) => randomNumbers(voxelCount(domain), seed));
      const at = (step: number): number => {
        const { type, planes } = inputs[name]!;
        const moved = planes.map((plane, axis) => plane.map((v, i) => v + step * along[axis]![i]!));
        const given = { ...inputs, [name]: { type, planes: moved } };
        return run(given, similarity, pairOf, twoHalves, names).loss;
      };
      const measured = (at(1e-6) - at(-1e-6)) / 2e-6;
      const predicted = gradients[side]!.reduce(
        (sum, plane, axis) => sum + plane.reduce((s, v, i) => s + v * along[axis]![i]!, 0),
        0,
      );
      expect(Math.abs(predicted)).toBeGreaterThan(1e-6);
      expect(measured / predicted).toBeCloseTo(1, 4);
    }
  });

  test('is the same with masks that leave nothing out as with none', () => {
    const all = randomField(domain, 1, 1, 0, 1);
    const inputs: CaseInputs = {
      fixed: pattern(domain, 0),
      moving: pattern(around, 0.6),
      fixedMask: all,
      movingMask: randomField(around, 1, 1, 0, 1),
    };
    const images = (values: Readonly<Record<string, ValueId>>) => ({
      of: '',
      fixed: { image: values.fixed!, grid: domain },
      moving: { image: values.moving!, grid: around },
    });
    const still: Pick<ModelPart, 'maps'> = { maps: () => ({ moving: {} }) };
    const without = run(inputs, similarity, (_b, values) => images(values), still);
    const withMasks = run(
      inputs,
      similarity,
      (_b, values) => ({
        ...images(values),
        fixedMask: { image: values.fixedMask!, grid: domain },
        movingMask: { image: values.movingMask!, grid: around },
      }),
      still,
    );
    expect(withMasks.loss).toBeCloseTo(without.loss, 9);
  });

  test('does not see what a mask leaves out, on either side', () => {
    const outFixed = fieldOf(domain, (x) => (x < 3 ? 0 : 1));
    const outMoving = fieldOf(around, (_x, y) => (y > 8 ? 0 : 1));
    const still: Pick<ModelPart, 'maps'> = { maps: () => ({ moving: {} }) };
    const lossOf = (spoilt: number): number => {
      const spoil = (image: CaseValue, mask: CaseValue, margin: (i: number) => boolean) => ({
        ...image,
        planes: image.planes.map((plane) =>
          plane.map((v, i) => (mask.planes[0]![i] === 0 && margin(i) ? v + spoilt * (i % 3) : v)),
        ),
      });
      // The moving image is interpolated: the voxel next to the mask is read with a weight below 1.
      const beyond = (i: number) => Math.floor(i / 17) % 16 > 9;
      const inputs: CaseInputs = {
        fixed: spoil(pattern(domain, 0), outFixed, () => true),
        moving: spoil(pattern(around, 0.6), outMoving, beyond),
        fixedMask: outFixed,
        movingMask: outMoving,
      };
      return run(
        inputs,
        similarity,
        (_b, values) => ({
          of: '',
          fixed: { image: values.fixed!, grid: domain },
          moving: { image: values.moving!, grid: around },
          fixedMask: { image: values.fixedMask!, grid: domain },
          movingMask: { image: values.movingMask!, grid: around },
        }),
        still,
      ).loss;
    };
    const [clean, spoilt] = [lossOf(0), lossOf(binned.includes(similarity.node) ? 1e-7 : 0.7)];
    expect(spoilt).toBeCloseTo(clean, 6);
  });
});

const moved: Pick<ModelPart, 'maps'> = {
  maps: (_, [displacement]) => ({ moving: { displacement: displacement! } }),
};

describe.each(similarities)('%s stays finite', (_, similarity) => {
  const flat = (grid: Grid) => fieldOf(grid, () => 0.25);
  test.each([
    ['a constant fixed image', flat(domain), pattern(around, 0.6), 1],
    ['a constant moving image', pattern(domain, 0), flat(around), 1],
    ['two constant images', flat(domain), flat(around), 1],
    ['an empty mask', pattern(domain, 0), pattern(around, 0.6), 0],
  ])('with %s', (name, fixed, moving, inside) => {
    const inputs: CaseInputs = {
      fixed,
      moving,
      mask: fieldOf(domain, () => inside),
      toMoving: randomField(domain, 3, 4, 0.4),
    };
    const { loss, gradients } = run(
      inputs,
      similarity,
      (_b, values) => ({
        of: '',
        fixed: { image: values.fixed!, grid: domain },
        moving: { image: values.moving!, grid: around },
        fixedMask: { image: values.mask!, grid: domain },
      }),
      moved,
      ['toMoving'],
    );
    expect(Number.isFinite(loss)).toBe(true);
    const gradient = gradients[0]!.flatMap((plane) => Array.from(plane));
    expect(gradient.every(Number.isFinite)).toBe(true);
    // What nothing speaks for moves nothing.
    const isMoved = gradient.some((v) => Math.abs(v) > 1e-9);
    expect(isMoved && (name.includes('moving') || name.includes('two') || inside === 0)).toBe(
      false,
    );
  });
});

test('a point without a partner never makes a similarity better', () => {
  // A match that is good, but not perfect; then the same with half of the partners gone.
  const fixed = pattern(domain, 0);
  const noise = randomNumbers(voxelCount(domain), 9);
  const moving = {
    type: fieldType(domain, 1),
    planes: [fixed.planes[0]!.map((v, i) => v + 0.1 * noise[i]!)],
  };
  const still: Pick<ModelPart, 'maps'> = { maps: () => ({ moving: {} }) };
  for (const [, similarity] of similarities) {
    const losses = [7, 4, 2].map((kept) => {
      const inputs: CaseInputs = {
        fixed,
        moving,
        movingMask: fieldOf(domain, (x) => (x < kept ? 1 : 0)),
      };
      return run(
        inputs,
        similarity,
        (_b, values) => ({
          of: '',
          fixed: { image: values.fixed!, grid: domain },
          moving: { image: values.moving!, grid: domain },
          movingMask: { image: values.movingMask!, grid: domain },
        }),
        still,
      ).loss;
    });
    expect(losses[1]!).toBeGreaterThan(losses[0]!);
    expect(losses[2]!).toBeGreaterThan(losses[1]!);
  }
});

test('the domain of a pair is what both images and both masks have in common', () => {
  const grid = axisAlignedGrid([8, 1, 1], [1, 1, 1]);
  const moving = axisAlignedGrid([4, 1, 1], [1, 1, 1], [2.5, 0, 0]);
  const inputs: CaseInputs = {
    fixed: fieldOf(grid, () => 1),
    moving: fieldOf(moving, () => 1),
    fixedMask: fieldOf(grid, (x) => (x === 4 ? 0 : 1)),
  };
  const graph = graphOf(inputs, ({ builder: b }, values) => {
    const { weight, reference } = domainOf(
      b,
      {
        of: '',
        fixed: { image: values.fixed!, grid },
        moving: { image: values.moving!, grid: moving },
        fixedMask: { image: values.fixedMask!, grid },
      },
      { moving: {} },
      grid,
    );
    return [weight, reference!.mean];
  });
  const [weight, mean] = runGraph(graph, inputs);
  // Voxels 2.5 to 5.5 are there: half of a voxel beyond counts half.
  expect(Array.from(weight![0]!)).toEqual([0, 0, 0.5, 1, 0, 1, 0.5, 0]);
  expect(mean![0]![0]).toBe(7 / 8);
});

test('images wired to a similarity take the place of those of register', () => {
  graphOf({ unused: pattern(domain, 0) }, (graph, { unused }) => {
    const moving = imageOn(graph, around, 'own');
    expect(
      objectiveOf(graph, { node: correlation as unknown as NodeDefinition }),
    ).not.toHaveProperty('pair');
    const part = objectiveOf(graph, { node: correlation as unknown as NodeDefinition }, { moving });
    expect(part.pair).toEqual({ moving });
    return [unused!];
  });
});

test('local correlation takes the radius of its level, and its own where that is 0', () => {
  const inputs: CaseInputs = { fixed: pattern(domain, 0), moving: pattern(domain, 0.6) };
  const lossAt = (params: Similarity['params'] = {}): number =>
    run(
      inputs,
      { node: lncc as unknown as NodeDefinition, params },
      (_b, values) => ({
        of: '',
        fixed: { image: values.fixed!, grid: domain },
        moving: { image: values.moving!, grid: domain },
      }),
      { maps: () => ({ moving: {} }) },
    ).loss;
  // The level of these tests is the first one.
  expect(lossAt({ levelRadii: [3, 1] })).toBe(lossAt({ radiusVoxels: 3 }));
  expect(lossAt({ levelRadii: [0, 1] })).toBe(lossAt());
  expect(lossAt({ levelRadii: [1] })).not.toBe(lossAt());
});

test('self-similarities of two channels are those of each', () => {
  const two = (shift: number): CaseValue => ({
    type: fieldType(domain, 2),
    planes: [pattern(domain, shift).planes[0]!, pattern(domain, shift + 1).planes[0]!],
  });
  const lossOf = (fixed: CaseValue, moving: CaseValue): number =>
    run(
      { fixed, moving },
      { node: mindSsc as unknown as NodeDefinition },
      (_b, values) => ({
        of: '',
        fixed: { image: values.fixed!, grid: domain },
        moving: { image: values.moving!, grid: domain },
      }),
      { maps: () => ({ moving: {} }) },
    ).loss;
  const each = [0, 1].map((shift) => lossOf(pattern(domain, shift), pattern(domain, shift + 0.6)));
  expect(lossOf(two(0), two(0.6))).toBeCloseTo((each[0]! + each[1]!) / 2, 12);
});
