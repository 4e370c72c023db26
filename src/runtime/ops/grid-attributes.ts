import type { Matrix3x4, WorldFromVoxel } from '../../imaging/frames';
import { type Grid, sameGrid } from '../../imaging/grid';
import { InternalError } from '../internal-error';
import {
  type ElementType,
  elementOf,
  type FieldType,
  type PointsType,
  type ValueType,
} from '../ir/values';

/** A grid as attributes of an op: where it is to compute. */
export type GridAttributes = {
  readonly size: readonly number[];
  readonly worldFromVoxel: readonly number[];
};

export function gridAttributes(grid: Grid): GridAttributes {
  return { size: [...grid.sizeVoxels], worldFromVoxel: [...grid.worldFromVoxel] };
}

export function gridOf(attributes: GridAttributes): Grid {
  const [nx = 1, ny = 1, nz = 1] = attributes.size;
  return {
    sizeVoxels: [nx, ny, nz],
    worldFromVoxel: attributes.worldFromVoxel as unknown as Matrix3x4 as WorldFromVoxel,
  };
}

/** @throws InternalError where the value is no field, or has other than `channels` channels, or other elements. */
export function asField(
  type: ValueType,
  channels?: number,
  element: ElementType = 'f32',
): FieldType {
  if (type.kind !== 'field') throw new InternalError(`A field was expected, not ${type.kind}.`);
  if (type.element !== element) {
    throw new InternalError(`Elements of ${element} were expected, not ${type.element}.`);
  }
  if (channels !== undefined && type.channels !== channels) {
    throw new InternalError(`${channels} channels were expected, not ${type.channels}.`);
  }
  return type;
}

/** @throws InternalError where the value is no points, or has other than `channels` channels. */
export function asPoints(type: ValueType, channels?: number): PointsType {
  if (type.kind !== 'points') throw new InternalError(`Points were expected, not ${type.kind}.`);
  if (channels !== undefined && type.channels !== channels) {
    throw new InternalError(`${channels} channels were expected, not ${type.channels}.`);
  }
  return type;
}

/** @throws InternalError where numbers of a value are no floats: indices name, and are not reckoned with. */
export function requireFloats(...types: readonly ValueType[]): void {
  if (types.some((type) => elementOf(type) !== 'f32')) {
    throw new InternalError('Numbers were expected, not indices.');
  }
}

/** @throws InternalError where a displacement is given that is no vector field on the target grid. */
export function requireDisplacementOn(grid: Grid, displacement: ValueType | undefined): void {
  if (displacement && !sameGrid(asField(displacement, 3).grid, grid)) {
    throw new InternalError('The displacement is not on the target grid.');
  }
}

/** @throws InternalError where a weight is not one number for each voxel of what it weighs. */
export function requireWeightOn(type: ValueType, weight: ValueType | undefined): void {
  if (weight === undefined) return;
  if (!sameGrid(asField(weight, 1).grid, asField(type).grid)) {
    throw new InternalError('A weight lies on another grid than what it weighs.');
  }
}
