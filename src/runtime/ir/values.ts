import type { Grid } from '../../imaging/grid';

/** Index of a value in its graph's value table. */
export type ValueId = number & { readonly valueId: unique symbol };

/** Planar float volumes on one grid: one for an image, three for a displacement in mm (RAS+). */
export interface FieldType {
  readonly kind: 'field';
  readonly grid: Grid;
  readonly channels: number;
}

/** A handful of floats: parameters, a loss, a matrix (12, row-major 3×4), a histogram. */
export interface ScalarsType {
  readonly kind: 'scalars';
  readonly length: number;
}

export type ValueType = FieldType | ScalarsType;

export function fieldType(grid: Grid, channels: number): FieldType {
  return { kind: 'field', grid, channels };
}

export function scalarsType(length: number): ScalarsType {
  return { kind: 'scalars', length };
}

/**
 * Whether two types describe the same storage: grids by size and place, lengths by number. Exact:
 * `GraphBuilder` gives grids that differ by rounding one and the same numbers.
 */
export function sameType(a: ValueType, b: ValueType): boolean {
  if (a.kind === 'scalars') return b.kind === 'scalars' && a.length === b.length;
  return (
    b.kind === 'field' &&
    a.channels === b.channels &&
    (a.grid === b.grid || sameNumbers(a.grid, b.grid))
  );
}

function sameNumbers(a: Grid, b: Grid): boolean {
  return (
    a.sizeVoxels.every((n, axis) => n === b.sizeVoxels[axis]) &&
    a.worldFromVoxel.every((v, i) => v === b.worldFromVoxel[i])
  );
}

/** Floats in one planar buffer of a value of this type. */
export function elementsPerBuffer(type: ValueType): number {
  if (type.kind === 'scalars') return type.length;
  const [nx, ny, nz] = type.grid.sizeVoxels;
  return nx * ny * nz;
}

/** Planar buffers that a value of this type occupies. */
export function bufferCount(type: ValueType): number {
  return type.kind === 'scalars' ? 1 : type.channels;
}
