import type { Grid } from '../../imaging/grid';

/** Index of a value in its graph's value table. */
export type ValueId = number & { readonly valueId: unique symbol };

/** What a number of a value is in a buffer. */
export type ElementType = 'f32' | 'i32' | 'u32';

/** A plane of a value, or a list of numbers, outside of a device. */
export type PlaneArray = Float32Array | Int32Array | Uint32Array;

/** The array that holds elements of a type. */
export const planeArrays = { f32: Float32Array, i32: Int32Array, u32: Uint32Array } as const;

/**
 * Planar volumes on one grid: one of floats for an image, three for a displacement in mm (RAS+), one of u32 for indices
 * of labels.
 */
export interface FieldType {
  readonly kind: 'field';
  readonly grid: Grid;
  readonly channels: number;
  readonly element: ElementType;
}

/** A handful of floats: parameters, a loss, a matrix (12, row-major 3×4), a histogram. */
export interface ScalarsType {
  readonly kind: 'scalars';
  readonly length: number;
}

/**
 * Numbers at places that lie on no grid, planar: three channels for the places themselves (RAS+, mm), any
 * number for what is known there.
 */
export interface PointsType {
  readonly kind: 'points';
  /** Points, at least one. */
  readonly count: number;
  readonly channels: number;
}

/** Values of several channels, a plane each. */
export type PlanarType = FieldType | PointsType;

export type ValueType = PlanarType | ScalarsType;

export function fieldType(grid: Grid, channels: number, element: ElementType = 'f32'): FieldType {
  return { kind: 'field', grid, channels, element };
}

export function scalarsType(length: number): ScalarsType {
  return { kind: 'scalars', length };
}

export function pointsType(count: number, channels: number): PointsType {
  return { kind: 'points', count, channels };
}

/** Whether a value has channels: a field, or points. */
export function isPlanar(type: ValueType): type is PlanarType {
  return type.kind !== 'scalars';
}

/** What a number of a value is: floats, unless it is a field that says otherwise. */
export function elementOf(type: ValueType): ElementType {
  return type.kind === 'field' ? type.element : 'f32';
}

/** Channels of a value; 1 of scalars. */
export function channelsOf(type: ValueType): number {
  return isPlanar(type) ? type.channels : 1;
}

/** The same places with another number of channels. */
export function withChannels(type: PlanarType, channels: number): PlanarType {
  return { ...type, channels };
}

/**
 * Whether two types describe the same storage: grids by size and place, lengths by number. Exact:
 * `GraphBuilder` gives grids that differ by rounding one and the same numbers.
 */
export function sameType(a: ValueType, b: ValueType): boolean {
  if (a.kind === 'scalars') return b.kind === 'scalars' && a.length === b.length;
  if (a.kind === 'points') {
    return b.kind === 'points' && a.count === b.count && a.channels === b.channels;
  }
  return (
    b.kind === 'field' &&
    a.channels === b.channels &&
    a.element === b.element &&
    (a.grid === b.grid || sameNumbers(a.grid, b.grid))
  );
}

function sameNumbers(a: Grid, b: Grid): boolean {
  return (
    a.sizeVoxels.every((n, axis) => n === b.sizeVoxels[axis]) &&
    a.worldFromVoxel.every((v, i) => v === b.worldFromVoxel[i])
  );
}

/** Elements in one plane of a value of this type. */
export function elementsPerBuffer(type: ValueType): number {
  if (type.kind === 'scalars') return type.length;
  if (type.kind === 'points') return type.count;
  const [nx, ny, nz] = type.grid.sizeVoxels;
  return nx * ny * nz;
}

/** Planes that a value of this type has. */
export function bufferCount(type: ValueType): number {
  return channelsOf(type);
}

/** As many planes lie apart, in a buffer each: those of an image or a vector, which kernels bind by name. */
export const mostPlanesApart = 3;

/** A plane in a buffer of several begins where any WebGPU device can bind it: at a multiple of 256 bytes. */
const strideAlignment = 64;

/** Whether the planes of a value of this type lie in one buffer, one after another. */
export function liesTogether(type: ValueType): boolean {
  return channelsOf(type) > mostPlanesApart;
}

/** Elements from the beginning of one plane to that of the next, where planes lie together. */
export function planeStride(type: ValueType): number {
  return Math.ceil(elementsPerBuffer(type) / strideAlignment) * strideAlignment;
}
