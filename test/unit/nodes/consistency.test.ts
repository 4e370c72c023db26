import { describe, expect, it, test } from 'vitest';
import { axisAlignedGrid, voxelCount } from '../../../src/imaging/grid';
import { nodeRegistry } from '../../../src/nodes/index';
import { evaluate } from '../../../src/nodes/registration/evaluate';
import { levelPairs } from '../../../src/nodes/registration/level-pairs';
import { levelContext } from '../../../src/nodes/registration/pyramid';
import type { RegistrationParts } from '../../../src/nodes/registration/registration-parts';
import { reasonToRefuse } from '../../../src/nodes/registration/registration-refusals';
import { poorInverse } from '../../../src/nodes/registration/report-inverse';
import { differentiate } from '../../../src/runtime/compile/differentiate';
import { GraphBuilder } from '../../../src/runtime/compile/graph-builder';
import { fieldOf, labelsOf, pointsOf, randomNumbers, scalars } from '../../support/case-values';
import type { CaseValue } from '../../support/op-case';
import { type CaseInputs, graphOf, runGraph } from '../../support/run-graph';
import { lowerNode } from './lowering';

const penalties = [
  'regularizer.inverse-consistency',
  'regularizer.gradient-inverse-consistency',
  'regularizer.cycle-consistency',
] as const;

const small = axisAlignedGrid([10, 9, 8], [2, 1.5, 2.5], [-9, -6, -8.75]);
/** Not moved at the border: what leads out of an image counts less, and no gradient goes through that. */
const within = (x: number, y: number, z: number): number =>
  Math.sin((Math.PI * x) / 9) * Math.sin((Math.PI * y) / 8) * Math.sin((Math.PI * z) / 7);
const smooth = (phase: number, size: number): CaseValue =>
  fieldOf(
    small,
    (x, y, z) => size * within(x, y, z) * Math.sin(x / 2 + phase),
    (x, y, z) => size * within(x, y, z) * Math.cos(y / 2 - phase + z / 4),
    (x, y, z) => size * within(x, y, z) * Math.sin(z / 2 + x / 5 + phase),
  );
const ball = (shift: number) => (x: number, y: number, z: number) =>
  Math.hypot(x - 4.5 - shift, y - 4, z - 3.5);
const given: CaseInputs = {
  fixed: fieldOf(small, (x, y, z) => Math.exp(-(ball(0)(x, y, z) ** 2) / 8)),
  moving: fieldOf(small, (x, y, z) => Math.exp(-(ball(1)(x, y, z) ** 2) / 6)),
  fixedLabels: labelsOf(small, (x, y, z) => +(ball(0)(x, y, z) < 2.2)),
  movingLabels: labelsOf(small, (x, y, z) => +(ball(0.8)(x, y, z) < 2.6)),
  fixedPoints: pointsOf([
    [-1, 0, 1],
    [2, 1, -2],
  ]),
  movingPoints: pointsOf([
    [0.5, 0.7, 0],
    [2.5, -1, -1],
  ]),
  affine: scalars(1.02, 0.03, 0, 0.2, -0.03, 0.98, 0.02, -0.1, 0, -0.02, 1.01, 0.15),
  bend: smooth(2.2, 0.4),
  there: smooth(0.3, 1.1),
  back: smooth(1.1, 0.9),
};

/** An objective of a pair of fields, and its gradient in both; labels and landmarks are wired to what asks for them. */
function evaluated(
  type: string,
  inputs: CaseInputs,
  { starts = false, params = {} }: { readonly starts?: boolean; readonly params?: object } = {},
) {
  const graph = graphOf(inputs, (g, values) => {
    const b = g.builder;
    const node = (name: string, wired: object = {}, settings: object = {}) =>
      lowerNode(g, nodeRegistry.get(name)!, wired as never, settings as never, name);
    const image = (name: string) => ({
      kind: 'image',
      grid: small,
      channels: 1,
      image: values[name]!,
    });
    const wiredTo = (end: 'fixed' | 'moving') => {
      const port = nodeRegistry.get(type)!.inputs[end];
      if (port?.type === 'labels') {
        return { kind: 'labels', grid: small, ids: [0n, 1n], labels: values[`${end}Labels`] };
      }
      if (port?.type !== 'landmarks') return undefined;
      return { kind: 'landmarks', count: 2, points: values[`${end}Points`] };
    };
    const parts = {
      fixed: image('fixed'),
      moving: image('moving'),
      initial: starts
        ? { kind: 'transform', grid: small, affine: values.affine!, displacement: values.bend! }
        : undefined,
      model: node('model.displacement-pair').model,
      objectives: [
        node(type, { fixed: wiredTo('fixed'), moving: wiredTo('moving') }, { weight: 1, ...params })
          .objective,
      ],
      optimizer: {},
      schedule: { levels: [{ shrink: 1, iterations: 1 }], smoothPerShrink: 0.5 },
    } as unknown as RegistrationParts;
    const pairs = levelPairs(b, parts, 1);
    const at = levelContext(small, { level: 0, levels: 1 }, pairs.main.fixed);
    const variables = [values.there!, values.back!];
    const { total } = evaluate(b, parts, at, pairs, variables, b.constant([0]));
    return [total, ...b.gradient(total, variables)];
  });
  const [loss, ...gradients] = runGraph(differentiate(graph), inputs);
  return { loss: loss![0]![0]!, gradients };
}

const asked: readonly (readonly [type: string, params?: object])[] = [
  ['regularizer.inverse-consistency'],
  ['regularizer.gradient-inverse-consistency'],
  ['regularizer.cycle-consistency'],
  ['regularizer.diffusion'],
  ['similarity.mean-squared-error'],
  ['similarity.mutual-information', { bins: 8, sampledShare: 0.5 }],
  ['similarity.label-overlap'],
  ['similarity.label-centroids'],
  ['similarity.landmarks'],
];

describe.each(asked.map(([type, params = {}]) => ({ type, params })))(
  '$type of two free maps',
  ({ type, params }) => {
    it('is the same where everything is exchanged', () => {
      const { loss, gradients } = evaluated(type, given, { params });
      const { loss: other, gradients: ofOther } = evaluated(
        type,
        {
          ...given,
          ...{ fixed: given.moving!, moving: given.fixed! },
          ...{ fixedLabels: given.movingLabels!, movingLabels: given.fixedLabels! },
          ...{ fixedPoints: given.movingPoints!, movingPoints: given.fixedPoints! },
          ...{ there: given.back!, back: given.there! },
        },
        { params },
      );
      expect(other).toBeCloseTo(loss, 9);
      for (const [way, planes] of gradients.entries()) {
        const largest = Math.max(...planes.flatMap((plane) => [...plane].map(Math.abs)));
        expect(largest).toBeGreaterThan(1e-6);
        planes.forEach((plane, axis) => {
          const partner = ofOther[1 - way]![axis]!;
          const apart = Math.max(...plane.map((v, i) => Math.abs(v - partner[i]!)));
          expect(apart).toBeLessThan(1e-8 * largest);
        });
      }
    });

    it('has the gradient of central differences, after a start that turns and bends', () => {
      const at = (inputs: CaseInputs) => evaluated(type, inputs, { starts: true, params });
      const { gradients } = at(given);
      const along = [1, 2].map((seed) =>
        [5, 6, 7].map((axis) => {
          const numbers = randomNumbers(voxelCount(small), 10 * seed + axis);
          const window = fieldOf(small, within).planes[0]!;
          return numbers.map((v, i) => v * window[i]!);
        }),
      );
      const step = 1e-5;
      const moved = (sign: number): number =>
        at({
          ...given,
          ...Object.fromEntries(
            ['there', 'back'].map((name, way) => {
              const { type: kind, planes } = given[name]!;
              const put = planes.map((plane, k) =>
                plane.map((v, i) => v + sign * step * along[way]![k]![i]!),
              );
              return [name, { type: kind, planes: put }];
            }),
          ),
        }).loss;
      const measured = (moved(1) - moved(-1)) / (2 * step);
      const predicted = gradients.reduce(
        (total, planes, way) =>
          planes.reduce(
            (sum, plane, k) => plane.reduce((s, v, i) => s + v * along[way]![k]![i]!, sum),
            total,
          ),
        0,
      );
      expect(Math.abs(measured - predicted)).toBeLessThan(1e-4 * Math.abs(predicted));
    });
  },
);

const constant = (...mm: readonly number[]): CaseValue => fieldOf(small, ...mm.map((v) => () => v));

test('landmarks are led both ways through a start that bends', () => {
  const [there, back] = [
    [0.4, -0.3, 0.2],
    [-0.1, 0.5, 0.3],
  ] as const;
  // A is a turn by 90°: its inverse is its transpose.
  const affine = scalars(0, -1, 0, 1, 1, 0, 0, 2, 0, 0, 1, 3);
  const { loss } = evaluated(
    'similarity.landmarks',
    {
      ...given,
      affine,
      bend: constant(0.5, 0.6, -0.7),
      there: constant(...there),
      back: constant(...back),
      fixedPoints: pointsOf([
        [-1, 0, 1],
        [-1, 0, 1],
      ]),
      movingPoints: pointsOf([
        [1, 2, 3],
        [1, 2, 3],
      ]),
    },
    { starts: true },
  );
  // There: (-1, 0, 1) + u + bend = (-0.1, 0.3, 0.5), turned (-0.3, -0.1, 0.5), shifted (0.7, 1.9, 3.5). Back: (0, 0, 0) - bend + w.
  const there2 = 0.3 ** 2 + 0.1 ** 2 + 0.5 ** 2;
  const back2 = (-0.5 - 0.1 + 1) ** 2 + (-0.6 + 0.5) ** 2 + (0.7 + 0.3 - 1) ** 2;
  expect(loss).toBeCloseTo(there2 + back2, 6);
});

test('maps that undo each other cost nothing, and each penalty tells what it does not see', () => {
  const pair = (back: CaseValue) => ({ ...given, there: constant(0.8, -0.6, 0.5), back });
  const [undone, off] = [pair(constant(-0.8, 0.6, -0.5)), pair(constant(-0.8, 0.6, 0.5))];
  for (const type of penalties) expect(evaluated(type, undone).loss).toBeCloseTo(0, 12);
  // Off by 1 mm each way; a shift has no slope.
  expect(evaluated(penalties[0], off).loss).toBeCloseTo(2, 12);
  expect(evaluated(penalties[1], off).loss).toBeCloseTo(0, 12);
  expect(evaluated(penalties[2], off).loss).toBeGreaterThan(0.001);
  // Of images that are the same everywhere all comes back.
  const blank = fieldOf(small, () => 3);
  expect(evaluated(penalties[2], { ...off, fixed: blank, moving: blank }).loss).toBe(0);
});

test.each(penalties)('%s is refused for a model of one map, which is told', (type) => {
  const g = new GraphBuilder();
  const node = (name: string) => Object.values(lowerNode(g, nodeRegistry.get(name)!, {}))[0];
  const image = { kind: 'image', grid: small, channels: 1 };
  const refusal = (model: string) =>
    reasonToRefuse({
      fixed: image,
      moving: image,
      model: node(model),
      objectives: [node('similarity.lncc'), node(type)],
      optimizer: {},
    } as never);
  for (const model of ['model.syn', 'model.greedy', 'model.affine']) {
    expect(refusal(model)).toMatchObject({ port: 'objectives' });
    expect(refusal(model)?.remedy).toContain('Displacement pair');
  }
  expect(refusal('model.displacement-pair')).toBeUndefined();
  // Alone it compares nothing.
  const alone = { fixed: image, moving: image, objectives: [node(type)] } as never;
  expect(reasonToRefuse(alone)?.message).toContain('compares');
});

test('an inverse that was found beside its map is told of by what makes the two agree', () => {
  expect(poorInverse(small, true)([[1]], [])?.remedy).toContain('Inverse consistency');
});
