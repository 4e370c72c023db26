import { defineKernel } from '../define-kernel';
import firstSource from './first-derivatives.wgsl?raw';
import firstTransposedSource from './first-derivatives-transposed.wgsl?raw';
import secondSource from './second-derivatives.wgsl?raw';
import secondTransposedSource from './second-derivatives-transposed.wgsl?raw';
import {
  firstDerivatives,
  firstDerivativesTransposed,
  secondDerivatives,
  secondDerivativesTransposed,
} from './stencil.cpu';

const gridParameters = {
  nx: 'u32',
  ny: 'u32',
  nz: 'u32',
  /** Row k: what a difference along each axis of the grid adds to the derivative along world axis k, mm⁻¹. */
  worldFromDifference: 'matrix3x4',
} as const;

type Size = { readonly nx: number; readonly ny: number; readonly nz: number };
const voxels = (p: Size): number => p.nx * p.ny * p.nz;
const cost = (floats: number, operations: number) => (p: Size) => ({
  bytes: 4 * floats * voxels(p),
  operations: operations * voxels(p),
});

/** The three first derivatives of a plane. */
export const firstDerivativesKernel = defineKernel({
  name: 'first-derivatives',
  bindings: { plane: 'read', derivatives: 'write3' },
  parameters: { ...gridParameters, forward: 'u32' },
  cpu: (b, p, share) => firstDerivatives(b.plane, b.derivatives, p.worldFromDifference, p, share),
  gpu: { source: firstSource, threads: voxels },
  cost: cost(4, 18),
});

/** Its transposed. */
export const firstDerivativesTransposedKernel = defineKernel({
  name: 'first-derivatives-transposed',
  bindings: { cotangents: 'read3', plane: 'write' },
  parameters: { ...gridParameters, forward: 'u32' },
  cpu: (b, p, share) =>
    firstDerivativesTransposed(b.cotangents, b.plane, p.worldFromDifference, p, share),
  gpu: { source: firstTransposedSource, threads: voxels },
  cost: cost(4, 40),
});

/** The six second derivatives of a plane. */
export const secondDerivativesKernel = defineKernel({
  name: 'second-derivatives',
  bindings: { plane: 'read', straight: 'write3', mixed: 'write3' },
  parameters: gridParameters,
  cpu: (b, p, share) =>
    secondDerivatives(
      b.plane,
      [...b.straight, ...b.mixed],
      secondOrderMatrix(p.worldFromDifference),
      p,
      share,
    ),
  gpu: { source: secondSource, threads: voxels },
  cost: cost(7, 90),
});

/** Its transposed. */
export const secondDerivativesTransposedKernel = defineKernel({
  name: 'second-derivatives-transposed',
  bindings: { straight: 'read3', mixed: 'read3', plane: 'write' },
  parameters: gridParameters,
  cpu: (b, p, share) =>
    secondDerivativesTransposed(
      [...b.straight, ...b.mixed],
      b.plane,
      secondOrderMatrix(p.worldFromDifference),
      p,
      share,
    ),
  gpu: { source: secondTransposedSource, threads: voxels },
  cost: cost(7, 250),
});

const pairs = [
  [0, 0],
  [1, 1],
  [2, 2],
  [0, 1],
  [0, 2],
  [1, 2],
] as const;

/** Second derivatives in world from second differences, both in the order xx, yy, zz, xy, xz, yz; 6×6, row-major. */
function secondOrderMatrix(first: readonly number[]): Float64Array {
  const at = (row: number, column: number): number => first[4 * row + column] as number;
  return Float64Array.from(
    pairs.flatMap(([k, l]) =>
      pairs.map(([i, j]) =>
        i === j ? at(k, i) * at(l, i) : at(k, i) * at(l, j) + at(k, j) * at(l, i),
      ),
    ),
  );
}
