import { multiplyMatrices } from '../../../imaging/frames';
import { type Grid, spacingMm, voxelFromWorld } from '../../../imaging/grid';
import { InternalError } from '../../internal-error';

/** Where the voxels of a grid lie among control points along one axis: at `ratio · index + offset`. */
export interface ControlAxis {
  readonly controls: number;
  readonly length: number;
  readonly ratio: number;
  readonly offset: number;
  /** From one control point to the next, mm. */
  readonly spacingMm: number;
}

/** How far, in control points, the axes of two grids may drift apart over the length of a grid. */
const aligned = 1e-3;

/**
 * The axes of a grid among those of the control points that span it. An axis of one control point is one of
 * one voxel too: along it nothing changes.
 * @throws InternalError where the axes are not parallel, or one control point meets several voxels
 */
export function controlAxes(
  control: Grid,
  grid: Grid,
): readonly [x: ControlAxis, y: ControlAxis, z: ControlAxis] {
  const m = multiplyMatrices(voxelFromWorld(control), grid.worldFromVoxel);
  const spacing = spacingMm(control);
  const axisOf = (axis: 0 | 1 | 2): ControlAxis => {
    const [controls, length] = [control.sizeVoxels[axis], grid.sizeVoxels[axis]];
    const slopes = m.slice(4 * axis, 4 * axis + 3);
    const isAligned = slopes.every(
      (slope, other) => other === axis || Math.abs(slope) * (grid.sizeVoxels[other] ?? 1) < aligned,
    );
    const ratio = slopes[axis] ?? 0;
    if (!isAligned || ratio <= 0) {
      throw new InternalError('Control points do not lie along the axes of the grid.');
    }
    if (controls === 1 && length !== 1) {
      throw new InternalError('A spline needs more than one control point along an axis.');
    }
    return { controls, length, ratio, offset: m[4 * axis + 3] ?? 0, spacingMm: spacing[axis] };
  };
  return [axisOf(0), axisOf(1), axisOf(2)];
}
