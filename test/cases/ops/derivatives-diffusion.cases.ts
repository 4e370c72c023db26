import { spacingMm } from '../../../src/imaging/grid';
import {
  fieldOf,
  obliqueGrid,
  oneSliceGrid,
  randomField,
  scalars,
  turnedGrid,
} from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';

const rounding = {
  absolute: 1e-6,
  relative: 1e-5,
  because: 'sums of positive float32 in another order',
} as const;

const largeGrid = turnedGrid([13, 37, 11], [1, 2, 1.5], [0, 0, 0]);
const thinGrid = turnedGrid([1, 5, 4], [2, 1, 1.5], [0, 0, 0]);

/** Energy and its gradient from the list of all pairs of neighbours. */
function fromPairs({ type, planes }: CaseValue): { energy: number; gradient: Float64Array[] } {
  if (type.kind !== 'field') throw new Error('a field is needed');
  const size = type.grid.sizeVoxels;
  const spacing = spacingMm(type.grid);
  const strides = [1, size[0], size[0] * size[1]];
  const count = planes[0]!.length;
  let energy = 0;
  const gradient = planes.map((plane) => {
    const result = new Float64Array(count);
    for (let i = 0; i < count; i += 1) {
      for (let axis = 0; axis < 3; axis += 1) {
        if (Math.floor(i / strides[axis]!) % size[axis]! === size[axis]! - 1) continue;
        const j = i + strides[axis]!;
        const slope = (plane[j]! - plane[i]!) / spacing[axis]!;
        energy += (0.5 * slope * slope) / count;
        result[j]! += slope / spacing[axis]! / count;
        result[i]! -= slope / spacing[axis]! / count;
      }
    }
    return result;
  });
  return { energy, gradient };
}

const situations = [
  {
    name: 'a displacement on an oblique anisotropic grid',
    field: randomField(obliqueGrid, 3, 111),
  },
  { name: 'one slice', field: randomField(oneSliceGrid, 3, 112) },
  { name: 'one voxel along x', field: randomField(thinGrid, 3, 113) },
  { name: 'one channel, several chunks of unequal length', field: randomField(largeGrid, 1, 114) },
] as const;

export const cases: readonly OpCase[] = [
  ...situations.flatMap(({ name, field }): OpCase[] => {
    const { energy, gradient } = fromPairs(field);
    return [
      {
        op: 'diffusionEnergy',
        name,
        inputs: { field },
        expected: { loss: [[energy]] },
        gradientOf: ['field'],
        gpu: rounding,
      },
      {
        op: 'diffusionGradient',
        name,
        inputs: { field, cotangent: scalars(-0.7) },
        expected: { field: gradient.map((plane) => plane.map((g) => -0.7 * g)) },
        gpu: rounding,
      },
    ];
  }),
  {
    op: 'diffusionEnergy',
    name: 'a constant displacement costs nothing',
    inputs: {
      field: fieldOf(
        obliqueGrid,
        () => 3,
        () => -2,
        () => 0.5,
      ),
    },
    expected: { loss: [[0]] },
    gpu: rounding,
  },
  {
    op: 'diffusionEnergy',
    name: 'a slope of 0.1 mm per mm along x costs ½·0.01 where there is a next voxel',
    inputs: {
      field: fieldOf(
        obliqueGrid,
        (x) => 0.12 * x,
        () => 0,
        () => 0,
      ),
    },
    expected: { loss: [[(0.5 * 0.01 * 6) / 7]] },
    expectedTolerance: 1e-6,
    gpu: rounding,
  },
];
