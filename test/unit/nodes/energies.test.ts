import { describe, expect, it } from 'vitest';
import type { Vec3 } from '../../../src/imaging/frames';
import { spacingMm } from '../../../src/imaging/grid';
import { nodeRegistry } from '../../../src/nodes/index';
import type { NodeDefinition } from '../../../src/runtime/api/nodes/define-node';
import type { ObjectivePart } from '../../../src/runtime/api/nodes/port-values';
import { differentiate } from '../../../src/runtime/compile/differentiate';
import type { ValueId } from '../../../src/runtime/ir/values';
import { type EnergyCase, energyCases, type Wave } from '../../cases/energies.cases';
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

const regularizers = [...nodeRegistry.values()].filter(({ section }) => section === 'regularizer');

/** The energy of a field and its gradient, as the node asks for them. */
function energyOf(
  energy: EnergyCase,
  field: CaseValue,
): { value: number; gradient: Float64Array[] } {
  const definition = nodeRegistry.get(energy.type) as NodeDefinition;
  const graph = graphOf({ field }, (b, values) => {
    const deformation = values.field as ValueId;
    const { objective } = lowerNode(b, definition, {}, energy.params ?? {}) as {
      readonly objective: ObjectivePart;
    };
    if (objective.on !== 'field') throw new Error(`${energy.type} weighs no field.`);
    const field = { role: 'displacement', value: deformation } as const;
    const loss = objective.loss(b.builder, field, {} as never);
    return [loss, ...b.gradient(loss, [deformation])];
  });
  const [value, gradient] = runGraph(differentiate(graph), { field });
  return { value: value![0]![0]!, gradient: [...gradient!] };
}

const sizes: readonly (readonly [Vec3, number, number])[] = [
  [[48, 40, 3], 0, 1],
  [[3, 48, 40], 1, 2],
  [[40, 3, 48], 2, 0],
];

it('every regularizer has one case', () => {
  expect(energyCases.map(({ type }) => type).sort()).toEqual(
    regularizers.map(({ type }) => type).sort(),
  );
});

describe.each(energyCases.map((energy) => [energy.type, energy] as const))('%s', (_, energy) => {
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
    const wanted = energy.energyOf(wave);
    // Differences instead of derivatives: (kh)²/12 of each, and half a voxel between two of them.
    expect(Math.abs(energyOf(energy, field).value / wanted - 1)).toBeLessThan(0.01);
  });

  it.each([
    ['oblique', obliqueGrid],
    ['one slice', oneSliceGrid],
  ])('has the gradient of central differences, %s', (_name, grid) => {
    const field = randomField(grid, 3, 51);
    const { gradient } = energyOf(energy, field);
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

  it('of a constant field is nothing', () => {
    const field = fieldOf(obliqueGrid, ...[3, -2, 0.5].map((u) => () => u));
    expect(energyOf(energy, field).value).toBeCloseTo(0, 20);
  });
});
