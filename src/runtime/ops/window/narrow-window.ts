import type { ValueType } from '../../ir/values';
import { asField } from '../grid-attributes';
import { narrowWindowRadius } from './window-moments.kernel';
import type { WindowAttributes } from './window-statistics';

/** Whether one walk does all three quantities: in volumes. */
export function isVolume(type: ValueType): boolean {
  return asField(type).grid.sizeVoxels[2] > 1;
}

/** Whether an invocation of the GPU keeps the window's sums within slices as it walks up a column. */
export function isNarrow({ radiusVoxels }: WindowAttributes): boolean {
  return Math.round(radiusVoxels) <= narrowWindowRadius;
}

/** A grid and half the window on it, as kernels take them. */
export function windowParameters(type: ValueType, { radiusVoxels }: WindowAttributes) {
  const [nx, ny, nz] = asField(type).grid.sizeVoxels;
  return { nx, ny, nz, radius: Math.round(radiusVoxels) };
}
