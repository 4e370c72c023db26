import type { ValueType } from '../../ir/values';
import { asField } from '../grid-attributes';
import { narrowWindowRadius } from './window-moments.kernel';
import type { WindowAttributes } from './window-statistics';

/**
 * Whether one walk does all three quantities: windows of which an invocation of the GPU keeps the sums within
 * slices. A slice has no columns to walk up.
 */
export function isNarrow(type: ValueType, { radiusVoxels }: WindowAttributes): boolean {
  const [, , nz] = asField(type).grid.sizeVoxels;
  return nz > 1 && Math.round(radiusVoxels) <= narrowWindowRadius;
}

/** A grid and half the window on it, as kernels take them. */
export function windowParameters(type: ValueType, { radiusVoxels }: WindowAttributes) {
  const [nx, ny, nz] = asField(type).grid.sizeVoxels;
  return { nx, ny, nz, radius: Math.round(radiusVoxels) };
}
