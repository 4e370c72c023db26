import { voxelFromWorld } from '../../../src/imaging/grid';
import {
  fieldOf,
  obliqueGrid,
  oneSliceGrid,
  randomField,
  turnedGrid,
} from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';

const rounding = {
  absolute: 2e-5,
  relative: 1e-5,
  because: 'differences of float32, divided by voxels of less than a millimetre',
} as const;

const thinGrid = turnedGrid([1, 5, 4], [2, 1, 1.5], [0, 0, 0]);

/** Derivatives by matrices: clamped differences along the axes of the grid, then the chain rule. */
function byChainRule({ type, planes }: CaseValue, order: 1 | 2, scheme: string): Float64Array[] {
  if (type.kind !== 'field') throw new Error('a field is needed');
  const { grid } = type;
  const size = grid.sizeVoxels;
  const inverse = voxelFromWorld(grid);
  const at = (plane: Float64Array, voxel: readonly number[]): number => {
    const [x, y, z] = voxel.map((v, axis) => Math.min(Math.max(v, 0), size[axis]! - 1));
    return plane[x! + size[0] * (y! + size[1] * z!)]!;
  };
  const moved = (voxel: readonly number[], axis: number, by: number) =>
    voxel.map((v, k) => (k === axis ? v + by : v));
  // Clamped one axis after the other, as a neighbour of a neighbour is.
  const second = (plane: Float64Array, voxel: readonly number[], i: number, j: number): number => {
    if (i === j) {
      return at(plane, moved(voxel, i, 1)) - 2 * at(plane, voxel) + at(plane, moved(voxel, i, -1));
    }
    const corner = (a: number, b: number) => at(plane, moved(moved(voxel, i, a), j, b));
    return (corner(1, 1) - corner(1, -1) - corner(-1, 1) + corner(-1, -1)) / 4;
  };
  const first = (plane: Float64Array, voxel: readonly number[], axis: number): number =>
    scheme === 'forward'
      ? at(plane, moved(voxel, axis, 1)) - at(plane, voxel)
      : (at(plane, moved(voxel, axis, 1)) - at(plane, moved(voxel, axis, -1))) / 2;
  const slope = (axis: number, world: number): number => inverse[4 * axis + world]!;
  const axes = [0, 1, 2];
  const pairs = [
    [0, 0],
    [1, 1],
    [2, 2],
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const;
  return planes.flatMap((plane) => {
    const derivative = (of: (voxel: readonly number[]) => number) =>
      fieldOf(grid, (x, y, z) => of([x, y, z])).planes[0]!;
    return order === 1
      ? axes.map((k) =>
          derivative((voxel) =>
            axes.reduce((sum, axis) => sum + first(plane, voxel, axis) * slope(axis, k), 0),
          ),
        )
      : pairs.map(([k, l]) =>
          derivative((voxel) =>
            axes.reduce(
              (sum, i) =>
                sum +
                axes.reduce(
                  (inner, j) => inner + second(plane, voxel, i, j) * slope(i, k) * slope(j, l),
                  0,
                ),
              0,
            ),
          ),
        );
  });
}

const situations = [
  { name: 'a vector on an oblique anisotropic grid', field: randomField(obliqueGrid, 3, 501) },
  { name: 'an image of one slice', field: randomField(oneSliceGrid, 1, 502) },
  { name: 'one voxel along x', field: randomField(thinGrid, 1, 503) },
] as const;

const kinds = [
  { order: 1, scheme: 'forward' },
  { order: 1, scheme: 'central' },
  { order: 2, scheme: 'central' },
] as const;

export const cases: readonly OpCase[] = kinds.flatMap((attributes) => [
  ...situations.flatMap(({ name, field }): OpCase[] => {
    const text = `order ${attributes.order}, ${attributes.scheme}: ${name}`;
    const derivatives = byChainRule(field, attributes.order, attributes.scheme);
    return [
      {
        op: 'fieldDerivatives',
        name: text,
        inputs: { field },
        attributes,
        expected: { derivatives },
        gradientOf: ['field'],
        gpu: rounding,
      },
      {
        op: 'fieldDerivativesTransposed',
        name: text,
        inputs: {
          cotangent: randomField(
            field.type.kind === 'field' ? field.type.grid : obliqueGrid,
            derivatives.length,
            504,
          ),
        },
        attributes,
        gradientOf: ['cotangent'],
        gpu: rounding,
      },
    ];
  }),
]);
