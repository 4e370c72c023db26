import { invertMatrix, type Matrix3x4, multiplyMatrices } from '../../../src/imaging/frames';
import { obliqueGrid, randomField, scalars, turnedGrid } from '../../support/case-values';
import type { OpCase } from '../../support/op-case';
import { smoothed } from './smooth.cases';

const grid = turnedGrid([7, 5, 4], [1.4, 1.1, 2.2], [3.2, -3.5, 5.5]);
const cotangent = randomField(grid, 1, 31);
const derivative = randomField(grid, 3, 32);
const affine = scalars(1.1, 0.05, -0.03, 2, -0.04, 0.97, 0.06, -1, 0.02, -0.05, 1.2, 1);

function smoothedCase(
  name: string,
  sigmaVoxels: readonly number[],
  given: { readonly affine?: typeof affine },
): OpCase {
  const toSource = invertMatrix(obliqueGrid.worldFromVoxel);
  const matrix = given.affine
    ? multiplyMatrices(toSource, [...given.affine.planes[0]!] as unknown as Matrix3x4)
    : toSource;
  const [counted] = cotangent.planes as [Float64Array];
  const planes = [0, 1, 2].map((column) =>
    counted.map((g, i) =>
      derivative.planes.reduce(
        (sum, slope, row) => sum + matrix[row * 4 + column]! * g * slope[i]!,
        0,
      ),
    ),
  );
  const options = { truncate: 2, renormalize: false, transposed: false };
  return {
    op: 'chainToDisplacementSmoothed',
    name,
    inputs: { cotangent, derivative, ...given },
    attributes: {
      sourceWorldFromVoxel: [...obliqueGrid.worldFromVoxel],
      ...{ sigmaVoxels, truncate: 2, edges: 'zero', transposed: false },
    },
    expected: { value: smoothed({ type: derivative.type, planes }, sigmaVoxels, options) },
    gpu: { absolute: 1e-6, relative: 1e-5, because: 'sums of 125 products in float32' },
  };
}

export const cases: readonly OpCase[] = [
  smoothedCase('through an affine', [1, 1, 1], { affine }),
  smoothedCase('another width for each axis, one left alone', [0.5, 0, 1.2], {}),
  smoothedCase('narrow across slices', [1, 1, 0.5], {}),
];
