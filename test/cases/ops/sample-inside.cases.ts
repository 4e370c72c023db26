import { applyMatrix, type Vec3 } from '../../../src/imaging/frames';
import { type Grid, voxelFromWorld } from '../../../src/imaging/grid';
import { gridAttributes } from '../../../src/runtime/ops/grid-attributes';
import {
  fieldOf,
  obliqueGrid,
  oneSliceGrid,
  randomField,
  scalars,
  turnedGrid,
} from '../../support/case-values';
import type { OpCase } from '../../support/op-case';

const target = turnedGrid([6, 5, 4], [1.4, 1.1, 2.2], [3.2, -3.5, 5.5]);
/** Share of the eight corners of a point that exist, along one axis. */
const alongAxis = (q: number, length: number): number =>
  length === 1
    ? 1
    : [Math.floor(q), Math.floor(q) + 1].reduce(
        (sum, corner) =>
          corner < 0 || corner >= length ? sum : sum + Math.max(0, 1 - Math.abs(q - corner)),
        0,
      );

function insideCases(
  name: string,
  grid: Grid,
  source: Grid,
  outside: 'zero' | 'cut',
): readonly OpCase[] {
  const displacement = randomField(grid, 3, 17, 1.8);
  const [u, v, w] = displacement.planes;
  const voxel = voxelFromWorld(source);
  const at = (x: number, y: number, z: number): Vec3 => {
    const i = x + grid.sizeVoxels[0] * (y + grid.sizeVoxels[1] * z);
    const p = applyMatrix(grid.worldFromVoxel, [x, y, z]);
    return applyMatrix(voxel, [p[0] + u![i]!, p[1] + v![i]!, p[2] + w![i]!]);
  };
  const expected = fieldOf(grid, (x, y, z) =>
    at(x, y, z).reduce((product, q, axis) => {
      const length = source.sizeVoxels[axis]!;
      const isIn = length === 1 || (q >= -0.5 && q <= length - 0.5);
      return product * (outside === 'zero' ? alongAxis(q, length) : Number(isIn));
    }, 1),
  );
  const gpu = { absolute: 1e-5, relative: 1e-5, because: 'positions of order 10 in float32' };
  // A ramp goes on beyond no edge, so what it gives there is left to the cases of `sample`.
  const sampled = {
    inputs: { source: ones(source), displacement },
    attributes: {
      ...gridAttributes(grid),
      interpolation: 'linear',
      outside: 'edge',
      weightOutside: outside,
    },
    gpu,
  } as const;
  const value = ones(grid).planes;
  const derivative = Array.from({ length: 3 }, () => value[0]!.map(() => 0));
  return [
    {
      op: 'insideWeight',
      name,
      inputs: { displacement },
      attributes: {
        ...gridAttributes(grid),
        sourceSize: [...source.sizeVoxels],
        sourceWorldFromVoxel: [...source.worldFromVoxel],
        outside,
      },
      expected: { weight: expected.planes },
      gpu,
    },
    { op: 'sampleInside', name, ...sampled, expected: { value, weight: expected.planes } },
    {
      op: 'sampleInsideWithDerivative',
      name,
      ...sampled,
      expected: { value, derivative, weight: expected.planes },
    },
  ];
}

const ones = (grid: Grid) => fieldOf(grid, () => 1);

const leaving = {
  name: 'a random image whose points leave it, through an affine',
  inputs: {
    source: randomField(obliqueGrid, 1, 18),
    displacement: randomField(target, 3, 19, 1.8),
    affine: scalars(1.1, 0.05, -0.03, 2, -0.04, 0.97, 0.06, -1, 0.02, -0.05, 1.2, 1),
  },
  attributes: {
    ...gridAttributes(target),
    interpolation: 'linear',
    outside: 'zero',
    weightOutside: 'cut',
  },
  gpu: { absolute: 2e-5, relative: 2e-5, because: 'positions of order 10 in float32' },
} as const;

export const cases: readonly OpCase[] = [
  { op: 'sampleInside', ...leaving },
  { op: 'sampleInsideWithDerivative', ...leaving },
  ...insideCases('falls within a voxel of the edge', target, obliqueGrid, 'zero'),
  ...insideCases('ends half a voxel beyond the edge', target, obliqueGrid, 'cut'),
  ...insideCases('across one slice there is no outside', oneSliceGrid, oneSliceGrid, 'zero'),
  {
    op: 'insideWeight',
    name: 'through an affine',
    inputs: {
      affine: scalars(1.1, 0.05, -0.03, 2, -0.04, 0.97, 0.06, -1, 0.02, -0.05, 1.2, 1),
    },
    attributes: {
      ...gridAttributes(target),
      sourceSize: [...obliqueGrid.sizeVoxels],
      sourceWorldFromVoxel: [...obliqueGrid.worldFromVoxel],
      outside: 'zero',
    },
    gpu: { absolute: 1e-5, relative: 1e-5, because: 'positions of order 10 in float32' },
  },
];
