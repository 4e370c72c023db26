import { describe, expect, it } from 'vitest';
import type { Vec3 } from '../../../src/imaging/frames';
import { type Grid, spacingMm } from '../../../src/imaging/grid';
import { nodeRegistry } from '../../../src/nodes/index';
import type { NodeDefinition } from '../../../src/runtime/api/nodes/define-node';
import type {
  LevelContext,
  ModelField,
  ObjectivePart,
} from '../../../src/runtime/api/nodes/port-values';
import { differentiate } from '../../../src/runtime/compile/differentiate';
import type { ValueId } from '../../../src/runtime/ir/values';
import { type EnergyCase, energyCases, type Slopes, type Wave } from '../../cases/energies.cases';
import {
  fieldOf,
  obliqueGrid,
  oneSliceGrid,
  randomField,
  turnedGrid,
} from '../../support/case-values';
import type { CaseValue } from '../../support/op-case';
import { graphOf, runGraph } from '../../support/run-graph';
import { lowerNode } from './lowering';

// Cycle consistency weighs images and no field: consistency.test.ts.
const regularizers = [...nodeRegistry.values()].filter(
  ({ section, type }) => section === 'regularizer' && type !== 'regularizer.cycle-consistency',
);

/** What is wired to a regularizer in these tests. */
interface Places {
  readonly mask?: CaseValue;
  readonly weightMap?: CaseValue;
}

const gridOf = ({ type }: CaseValue): Grid => {
  if (type.kind !== 'field') throw new Error('A field is on a grid.');
  return type.grid;
};

/** The energy of a field and its gradient, as the node asks for them; the fixed image is a ramp. */
function energyOf(
  energy: EnergyCase,
  field: CaseValue,
  places: Places = {},
  wants: 'value' | 'gradient' = 'value',
): { value: number; gradient: Float64Array[] } {
  const definition = nodeRegistry.get(energy.type) as NodeDefinition;
  const grid = gridOf(field);
  const inputs = { field, fixed: rampOn(grid), ...places };
  const graph = graphOf(inputs, (b, values) => {
    const deformation = values.field as ValueId;
    const wired = Object.entries(places).map(([port, place]) => {
      const placed = { grid: gridOf(place), channels: 1 };
      const value = values[port];
      return [
        port,
        port === 'mask'
          ? { kind: 'mask', ...placed, mask: value }
          : { kind: 'image', ...placed, image: value },
      ];
    });
    const { objective } = lowerNode(
      b,
      definition,
      Object.fromEntries(wired),
      energy.params ?? {},
    ) as { readonly objective: ObjectivePart };
    if (objective.on !== 'field') throw new Error(`${energy.type} weighs no field.`);
    // Coefficients of a spline are weighed by themselves (bspline.test.ts).
    const role = objective.roles.find((one) => one !== 'coefficients');
    expect(role).toBe(energy.role ?? (energy.ofTheMap ? 'map' : 'displacement'));
    const weighed = { role: role as ModelField['role'], value: deformation };
    const level = { fixed: values.fixed, grid } as unknown as LevelContext;
    const loss = objective.loss(b.builder, weighed, level);
    return wants === 'value' ? [loss] : [loss, ...b.gradient(loss, [deformation])];
  });
  const [value, gradient] = runGraph(differentiate(graph), inputs);
  return { value: value![0]![0]!, gradient: [...(gradient ?? [])] };
}

/** World direction in which the fixed image gets brighter, per mm. */
const brighter = [0.3, -0.2, 0.5] as const;

const worldOf = ({ worldFromVoxel: m }: Grid, k: number, voxel: readonly number[]): number =>
  voxel.reduce((sum, index, axis) => sum + m[4 * k + axis]! * index, 0);

const linearOn = (grid: Grid, rows: readonly (readonly number[])[]): CaseValue =>
  fieldOf(
    grid,
    ...rows.map((row) => (...voxel: readonly number[]) => {
      return row.reduce((sum, slope, i) => sum + slope * worldOf(grid, i, voxel), 0);
    }),
  );

const rampOn = (grid: Grid): CaseValue => linearOn(grid, [brighter]);

/**
 * What differences see of a gradient, with the share of the voxels where they see it so. At the last voxel of an axis
 * the forward one along it is 0; at the first and at the last the central one is half of what it is elsewhere.
 */
function shares(
  grid: Grid,
  scheme: 'forward' | 'central',
): readonly { share: number; seen(row: readonly number[]): number[] }[] {
  const spacing = spacingMm(grid);
  let parts = [{ share: 1, seen: (row: readonly number[]) => [...row] }];
  for (const [at, n] of grid.sizeVoxels.entries()) {
    const axis = [0, 1, 2].map((k) => grid.worldFromVoxel[4 * k + at]! / spacing[at]!);
    const ends = { forward: 1 / n, central: Math.min(1, 2 / n) }[scheme];
    const left = { forward: 0, central: n === 1 ? 0 : 0.5 }[scheme];
    parts = parts.flatMap(({ share, seen }) => [
      { share: share * (1 - ends), seen },
      {
        share: share * ends,
        seen(row) {
          const inner = seen(row);
          const along = axis.reduce((dot, unit, i) => dot + unit * inner[i]!, 0);
          return inner.map((slope, i) => slope - (1 - left) * along * axis[i]!);
        },
      },
    ]);
  }
  return parts;
}

const gentle = [
  [0.2, -0.1, 0.05],
  [0.12, -0.15, 0.3],
  [-0.07, 0.2, 0.1],
];
const folded = [
  [-1.6, 0.3, 0.1],
  [0.2, 0.4, -0.2],
  [0.1, 0.1, 0.3],
];

const sizes: readonly (readonly [Vec3, number, number])[] = [
  [[48, 40, 3], 0, 1],
  [[3, 48, 40], 1, 2],
  [[40, 3, 48], 2, 0],
];

it('every regularizer has a case', () => {
  const types = new Set(energyCases.map(({ type }) => type));
  expect([...types].sort()).toEqual(regularizers.map(({ type }) => type).sort());
  for (const { energyOf: ofWave, densityOf, ofConstant } of energyCases) {
    expect(ofWave ?? densityOf ?? ofConstant).toBeDefined();
  }
});

const named = (cases: readonly EnergyCase[]) =>
  cases.map((energy) => [energy.type, JSON.stringify(energy.params ?? {}), energy] as const);

describe.each(named(energyCases.filter(({ energyOf }) => energyOf)))('%s %s', (_, __, energy) => {
  it.each(sizes)('of a standing wave on an oblique grid of %j voxels', (size, axis1, axis2) => {
    const grid = turnedGrid(size, [1.2, 0.8, 2.5], [3, -4, 5]);
    const spacing = spacingMm(grid);
    const direction = [0.6, -1.1, 0.4] as const;
    const along = (axis: number): number =>
      direction.reduce(
        (dot, d, k) => dot + (d * grid.worldFromVoxel[4 * k + axis]!) / spacing[axis]!,
        0,
      );
    const [half1, half2] = [2, 1];
    const wave: Wave = {
      amplitudeMm: 1.7,
      k1: (Math.PI * half1) / (size[axis1]! * spacing[axis1]!),
      k2: (Math.PI * half2) / (size[axis2]! * spacing[axis2]!),
      squaredDirection: direction.reduce((squares, d) => squares + d * d, 0),
      squaredAlong1: along(axis1) ** 2,
      squaredAlong2: along(axis2) ** 2,
    };
    const field = fieldOf(
      grid,
      ...direction.map((d) => (...voxel: readonly number[]) => {
        const phase = (axis: number, half: number): number =>
          (Math.PI * half * (voxel[axis]! + 0.5)) / size[axis]!;
        return d * 1.7 * Math.cos(phase(axis1, half1)) * Math.cos(phase(axis2, half2));
      }),
    );
    const wanted = energy.energyOf!(wave);
    // Differences instead of derivatives: (kh)²/12 of each, and half a voxel between two of them.
    expect(Math.abs(energyOf(energy, field).value / wanted - 1)).toBeLessThan(0.01);
  });
});

describe.each(named(energyCases.filter(({ densityOf }) => densityOf)))('%s %s', (_, __, energy) => {
  it.each([
    ['gentle', obliqueGrid, gentle],
    ['folded', obliqueGrid, folded],
    ['gentle, one slice', oneSliceGrid, gentle],
  ])('of a linear displacement, %s', (_name, grid, rows) => {
    const squareOf = (row: readonly number[]) => row.reduce((sum, one) => sum + one * one, 0);
    const meanSquare = shares(grid, 'forward').reduce(
      (sum, { share, seen }) => sum + share * squareOf(seen(brighter)),
      0,
    );
    const meanBy = (scheme: 'forward' | 'central') =>
      shares(grid, scheme).reduce((sum, { share, seen }) => {
        const slopes = rows.map((row) => seen(row)) as unknown as Slopes;
        return sum + share * energy.densityOf!(slopes, { gradient: seen(brighter), meanSquare });
      }, 0);
    const wanted = energy.ofTheMap
      ? (meanBy('forward') + meanBy('central')) / 2
      : meanBy('forward');
    const { value } = energyOf(energy, linearOn(grid, rows));
    expect(Math.abs(value - wanted)).toBeLessThanOrEqual(1e-7 * wanted);
  });
});

describe.each(named(energyCases))('%s %s', (_, __, energy) => {
  it('is shared out by a mask, and scaled by a map, below 0 not at all', () => {
    const field = randomField(obliqueGrid, 3, 51);
    const { value } = energyOf(energy, field);
    const inside = fieldOf(obliqueGrid, (x, y) => (x + y > 5 ? 1 : 0));
    const others = fieldOf(obliqueGrid, (x, y) => (x + y > 5 ? 0 : 1));
    const doubled = fieldOf(obliqueGrid, (x, y) => (x + y > 5 ? 2 : -3));
    const shared = energyOf(energy, field, { mask: inside }, 'gradient');
    expect(shared.value).toBeGreaterThan(0);
    expect(shared.value + energyOf(energy, field, { mask: others }).value).toBeCloseTo(value, 8);
    const scaled = energyOf(energy, field, { weightMap: doubled }, 'gradient');
    expect(scaled.value / shared.value).toBeCloseTo(2, 8);
    expect(scaled.gradient[1]![20]).toBeCloseTo(2 * shared.gradient[1]![20]!, 8);
  });

  it.each([
    ['oblique', obliqueGrid],
    ['one slice', oneSliceGrid],
  ])('has the gradient of central differences, %s', (_name, grid) => {
    const field = randomField(grid, 3, 51);
    const { gradient } = energyOf(energy, field, {}, 'gradient');
    const step = 1e-5;
    for (const [seed, component] of [
      [1, 0],
      [2, 1],
      [3, 2],
    ] as const) {
      const along = randomField(grid, 3, 90 + seed).planes.map((plane, k) =>
        k === component ? plane : plane.map(() => 0),
      );
      const moved = (sign: number): number =>
        energyOf(energy, {
          ...field,
          planes: field.planes.map((plane, k) =>
            plane.map((v, i) => v + sign * step * along[k]![i]!),
          ),
        }).value;
      const measured = (moved(1) - moved(-1)) / (2 * step);
      const predicted = gradient.reduce(
        (sum, plane, k) => sum + plane.reduce((s, g, i) => s + g * along[k]![i]!, 0),
        0,
      );
      expect(Math.abs(measured - predicted)).toBeLessThan(1e-6 * Math.abs(predicted) + 1e-9);
    }
  });

  it('of a field that is the same everywhere is what it weighs of its length alone', () => {
    const u = [3, -2, 0.5];
    const field = fieldOf(obliqueGrid, ...u.map((component) => () => component));
    expect(energyOf(energy, field).value).toBeCloseTo(energy.ofConstant?.(u) ?? 0, 12);
  });
});
