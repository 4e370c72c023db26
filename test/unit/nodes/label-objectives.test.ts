import { describe, expect, test } from 'vitest';
import { axisAlignedGrid } from '../../../src/imaging/grid';
import { labelCentroids } from '../../../src/nodes/similarity/label-centroids';
import { labelOverlap } from '../../../src/nodes/similarity/label-overlap';
import { comparisonOf } from '../../../src/runtime/api/nodes/compare';
import type { NodeDefinition } from '../../../src/runtime/api/nodes/define-node';
import { weighObjectives } from '../../../src/runtime/api/nodes/objectives';
import type { LevelContext, ObjectivePart } from '../../../src/runtime/api/nodes/port-values';
import { differentiate } from '../../../src/runtime/compile/differentiate';
import type { ValueId } from '../../../src/runtime/ir/values';
import { fieldOf, labelsOf, randomField, randomNumbers, scalars } from '../../support/case-values';
import { type CaseInputs, graphOf, runGraph } from '../../support/run-graph';
import { lowerNode, refusalOf } from './lowering';

const grid = axisAlignedGrid([24, 20, 6], [2, 2, 3]);
/** Far larger, so that no point leads out of the moving image. */
const around = axisAlignedGrid([50, 48, 40], [2, 2, 3], [-25, -27, -50]);
const level: LevelContext = {
  level: 0,
  levels: 1,
  grid,
  fixed: 0 as ValueId,
  voxelMm: 2,
  centreMm: [23, 19, 7.5],
  radiusMm: 24,
};
const isIn = (x: number, y: number, cx: number, cy: number, r: number) =>
  Math.hypot(x - cx, y - cy) < r;
/** Two regions; the moving map has them 4 mm further along x, and a third one that the fixed map has not. */
const at = (dx: number) => (x: number, y: number) =>
  isIn(x - dx, y, 8, 9, 4.2) ? 1 : isIn(x - dx, y, 15, 10, 3.1) ? 2 : 0;
const inputs: CaseInputs = {
  fixed: labelsOf(grid, at(0)),
  moving: labelsOf(grid, (x, y) => (y > 17 ? 3 : at(2)(x, y))),
  image: fieldOf(around, (x) => x),
  own: fieldOf(grid, (x) => x),
  affine: scalars(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0),
  field: randomField(grid, 3, 5, 0.3),
  toFixed: randomField(grid, 3, 6, 0.3),
};

interface Setting {
  readonly ids?: readonly [readonly bigint[], readonly bigint[]];
  readonly halves?: boolean;
  readonly mask?: boolean;
}

/** The loss by its node, and its gradient by affine and fields. */
function lossOf(node: unknown, given: CaseInputs, setting: Setting = {}) {
  const [fixedIds, movingIds] = setting.ids ?? [
    [0n, 10n, 20n],
    [0n, 10n, 20n, 30n],
  ];
  const graph = differentiate(
    graphOf(given, (builder, values) => {
      const { builder: b } = builder;
      const labels = (name: string, ids: readonly bigint[]) => ({
        kind: 'labels',
        grid,
        ids,
        labels: values[name],
      });
      const { objective } = lowerNode(
        builder,
        node as NodeDefinition,
        { fixed: labels('fixed', fixedIds), moving: labels('moving', movingIds) },
        {},
        'labels',
      ) as { objective: ObjectivePart };
      const moving = { affine: values.affine!, displacement: values.field! };
      const image = { image: values.image!, grid: around };
      const comparison = comparisonOf(
        b,
        {
          of: '',
          fixed: { image: values.own!, grid },
          moving: image,
          ...(setting.mask ? { fixedMask: { image: values.mask!, grid } } : {}),
        },
        { moving, ...(setting.halves ? { fixed: { displacement: values.toFixed! } } : {}) },
        grid,
      );
      const { total } = weighObjectives(b, [objective], {
        comparisonFor: () => comparison,
        wholeMap: () => moving,
        fields: [],
        level,
      });
      return [total, ...b.gradient(total, [values.affine!, values.field!, values.toFixed!])];
    }),
  );
  const [loss, ...gradients] = runGraph(graph, given);
  return { loss: loss![0]![0]!, gradients };
}

const shifted = (mm: number): CaseInputs => ({
  ...inputs,
  affine: scalars(1, 0, 0, mm, 0, 1, 0, 0, 0, 0, 1, 0),
  field: randomField(grid, 3, 1, 0),
  toFixed: randomField(grid, 3, 1, 0),
});

describe.each([
  ['label overlap', labelOverlap],
  ['label centroids', labelCentroids],
] as const)('%s', (_, node) => {
  test('is best where the labels lie upon each other', () => {
    const losses = [0, 2, 3, 4, 6].map((mm) => lossOf(node, shifted(mm)).loss);
    expect(losses.indexOf(Math.min(...losses))).toBe(3);
    for (const loss of losses) expect(Number.isFinite(loss)).toBe(true);
  });

  test('has its gradient', () => {
    const { gradients } = lossOf(node, inputs);
    for (const [index, input] of (['affine', 'field'] as const).entries()) {
      const { type, planes } = inputs[input]!;
      const along = planes.map((plane, k) => randomNumbers(plane.length, 9 + k));
      const move = (step: number) =>
        lossOf(node, {
          ...inputs,
          [input]: {
            type,
            planes: planes.map((p, k) => p.map((v, i) => v + step * along[k]![i]!)),
          },
        }).loss;
      const measured = (move(1e-6) - move(-1e-6)) / 2e-6;
      const predicted = gradients[index]!.reduce(
        (sum, plane, k) => sum + plane.reduce((s, v, i) => s + v * along[k]![i]!, 0),
        0,
      );
      expect(Math.abs(predicted)).toBeGreaterThan(1e-6);
      expect(measured / predicted).toBeCloseTo(1, 3);
    }
  });

  test('refuses maps without a label in common', () => {
    const ids = [
      [0n, 1n, 2n],
      [0n, 7n, 8n, 9n],
    ] as const;
    expect(refusalOf(() => lossOf(node, inputs, { ids }))).toMatchObject({ port: 'moving' });
  });

  test('is finite where no voxel has a label of the tables', () => {
    const empty = labelsOf(grid, () => 0);
    const { loss, gradients } = lossOf(node, { ...inputs, fixed: empty });
    expect(Math.abs(loss)).toBeLessThan(1e-9);
    expect(gradients.flat(2).every((plane) => plane.every(Number.isFinite))).toBe(true);
  });
});

test('label overlap is Dice: 1 of the same maps, and a mask takes its share of it', () => {
  const same = { ...shifted(0), moving: inputs.fixed! };
  expect(lossOf(labelOverlap, same).loss).toBeCloseTo(-1, 9);
  const mask = fieldOf(grid, (x) => (x < 12 ? 1 : 0));
  // Half of the voxels count, and there nothing is amiss: the mean over what counts is 1 again.
  const masked = lossOf(labelOverlap, { ...same, mask }, { mask: true });
  expect(masked.loss).toBeCloseTo(-1, 9);
});

test('label overlap of two halves says where either image should go', () => {
  const { gradients } = lossOf(labelOverlap, inputs, { halves: true });
  const sizes = gradients.map((planes) => Math.hypot(...planes.map((p) => Math.hypot(...p))));
  for (const size of sizes) expect(size).toBeGreaterThan(1e-6);
});

test('label centroids tell the squared distance in mm², affine alone', () => {
  const { loss } = lossOf(labelCentroids, {
    ...shifted(0),
    moving: labelsOf(grid, (x, y) => at(0)(x - 2, y)),
  });
  expect(loss).toBeCloseTo(16, 6);
});
