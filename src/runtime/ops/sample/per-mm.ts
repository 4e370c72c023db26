import { invertMatrix, type Matrix3x4 } from '../../../imaging/frames';
import type { Expression } from '../../ir/formula';

/**
 * Expressions, one a channel, that make of a slope per voxel of a source, `a`, one per mm of the world: Sᵀ·a, S source
 * voxels from world. Where an affine A was applied after what is asked for, Aᵀ of that.
 * @param worldFromVoxel of the source
 * @param options names of an affine of twelve numbers, and of a factor
 */
export function perMm(
  worldFromVoxel: readonly number[],
  options: { readonly affine?: string | undefined; readonly factor?: string } = {},
): readonly Expression[] {
  const { affine, factor } = options;
  const s = invertMatrix(worldFromVoxel as unknown as Matrix3x4);
  const sum = (term: (row: number) => Expression): Expression => [
    '+',
    ['+', term(0), term(1)],
    term(2),
  ];
  const inWorld = (axis: number): Expression =>
    sum((row) => ['*', s[4 * row + axis] as number, `a.${row}`]);
  return [0, 1, 2].map((axis): Expression => {
    const slope = affine
      ? sum((row) => ['*', `${affine}.${4 * row + axis}`, inWorld(row)])
      : inWorld(axis);
    return factor === undefined ? slope : ['*', factor, slope];
  });
}
