import type { WholeType } from '../label-ids';
import type { Steps } from '../steps';
import type { LabelIds, ScalarType } from '../volume';

/** Bytes one value of each type takes in a file. */
export const bytesPerScalar: Readonly<Record<ScalarType, number>> = {
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  uint64: 8,
  int64: 8,
  float32: 4,
  float64: 8,
};

/** The NIfTI datatype code of each type. */
export const datatypeCodes: Readonly<Record<ScalarType, number>> = {
  uint8: 2,
  int16: 4,
  int32: 8,
  float32: 16,
  float64: 64,
  int8: 256,
  uint16: 512,
  uint32: 768,
  int64: 1024,
  uint64: 1280,
};

const otherTypeNames: ReadonlyMap<number, string> = new Map([
  [1, '1-bit'],
  [32, 'complex (64 bits)'],
  [1536, '128-bit floating point'],
  [1792, 'complex (128 bits)'],
  [2048, 'complex (256 bits)'],
]);

/** What a NIfTI datatype stores for a voxel. */
export interface VoxelType {
  readonly type: ScalarType;
  /** Numbers of this type, side by side: 3 and 4 of colours, else 1. */
  readonly perVoxel: number;
}

/** Colours a voxel: red, green and blue, and how opaque it is. */
const colourCodes: ReadonlyMap<number, VoxelType> = new Map([
  [128, { type: 'uint8', perVoxel: 3 }],
  [2304, { type: 'uint8', perVoxel: 4 }],
]);

/** What a NIfTI datatype code stores, or undefined where that is not whole or real numbers. */
export function voxelTypeOf(datatypeCode: number): VoxelType | undefined {
  const types = Object.keys(datatypeCodes) as ScalarType[];
  const type = types.find((one) => datatypeCodes[one] === datatypeCode);
  return type ? { type, perVoxel: 1 } : colourCodes.get(datatypeCode);
}

/** What an unsupported code of the standard stands for, or null where it is not in the standard. */
export function unsupportedTypeName(datatypeCode: number): string | null {
  return otherTypeNames.get(datatypeCode) ?? null;
}

/** How stored values become real ones: `slope · stored + intercept`. */
export interface Scaling {
  readonly slope: number;
  readonly intercept: number;
}

/** Numbers of one type as a file holds them. */
export interface StoredScalars {
  readonly bytes: Uint8Array;
  readonly type: ScalarType;
  readonly isLittleEndian: boolean;
  readonly scaling: Scaling;
}

/** Values that are worked on between two chances to stop. */
export const scalarsPerStep = 2 ** 18;

/**
 * Fills `values` from stored bytes, in steps. What is not finite, or does not fit a float32, becomes 0.
 * @returns how many values became 0 that way.
 */
export function* decodeScalars(stored: StoredScalars, values: Float32Array): Steps<number> {
  const { slope, intercept } = stored.scaling;
  let nonFiniteCount = 0;
  for (let start = 0; start < values.length; start += scalarsPerStep) {
    const end = Math.min(start + scalarsPerStep, values.length);
    const part = scalarsBetween(stored, start, end);
    nonFiniteCount += decodePart(part, slope, intercept, values.subarray(start, end));
    yield;
  }
  return nonFiniteCount;
}

/**
 * `decodeScalars` of channels that lie side by side for each voxel, which end up one after the other.
 * @returns how many values became 0.
 */
export function* decodeInterleaved(
  stored: StoredScalars,
  channels: number,
  values: Float32Array,
): Steps<number> {
  const { slope, intercept } = stored.scaling;
  const voxels = values.length / channels;
  const voxelsPerStep = Math.ceil(scalarsPerStep / channels);
  const part = new Float32Array(Math.min(voxels, voxelsPerStep) * channels);
  let nonFiniteCount = 0;
  for (let start = 0; start < voxels; start += voxelsPerStep) {
    const end = Math.min(start + voxelsPerStep, voxels);
    const decoded = part.subarray(0, (end - start) * channels);
    const scalars = scalarsBetween(stored, start * channels, end * channels);
    nonFiniteCount += decodePart(scalars, slope, intercept, decoded);
    for (let channel = 0; channel < channels; channel += 1) {
      let to = channel * voxels + start;
      for (let from = channel; from < decoded.length; from += channels, to += 1) {
        values[to] = decoded[from] as number;
      }
    }
    yield;
  }
  return nonFiniteCount;
}

function decodePart(
  stored: ScalarArray,
  slope: number,
  intercept: number,
  values: Float32Array,
): number {
  let nonFiniteCount = 0;
  if (isAsStored(stored, slope, intercept)) {
    values.set(stored);
    return 0;
  }
  for (let i = 0; i < values.length; i += 1) {
    values[i] = slope * Number(stored[i]) + intercept;
    if (!Number.isFinite(values[i])) {
      values[i] = 0;
      nonFiniteCount += 1;
    }
  }
  return nonFiniteCount;
}

/** Whole numbers that mean what they say: all are finite, and copying them is much quicker. */
function isAsStored(
  stored: ScalarArray,
  slope: number,
  intercept: number,
): stored is Exclude<ScalarArray, BigInt64Array | BigUint64Array> {
  const isWhole = !(
    stored instanceof Float32Array ||
    stored instanceof Float64Array ||
    stored instanceof BigInt64Array ||
    stored instanceof BigUint64Array
  );
  return isWhole && slope === 1 && intercept === 0;
}

/** The numbers from `start` to before `end` as the file holds them, in the machine's byte order. */
export function scalarsBetween(
  { bytes, type, isLittleEndian }: StoredScalars,
  start: number,
  end: number,
): ScalarArray {
  const size = bytesPerScalar[type];
  return storedValues(
    alignedLittleEndian(bytes.subarray(start * size, end * size), size, isLittleEndian),
    type,
  );
}

/** Stored bytes, little-endian; for whole-number types rounded and limited to the type's range. */
export function encodeScalars(values: Float32Array | Uint32Array, type: ScalarType): Uint8Array {
  const bytes = new Uint8Array(values.length * bytesPerScalar[type]);
  const stored = storedValues(bytes, type);
  if (stored instanceof BigInt64Array || stored instanceof BigUint64Array) {
    const low = type === 'int64' ? -(2 ** 63) : 0;
    // The largest float32 below the type's end: the next one up would wrap around.
    const high = 2 ** (type === 'int64' ? 63 : 64) * (1 - 2 ** -24);
    for (let i = 0; i < values.length; i += 1) {
      stored[i] = BigInt(Math.min(Math.max(Math.round(values[i] || 0), low), high));
    }
  } else if (type === 'float32' || type === 'float64') {
    stored.set(values);
  } else {
    const bits = bytesPerScalar[type] * 8;
    const isUnsigned = type.startsWith('u');
    const low = isUnsigned ? 0 : -(2 ** (bits - 1));
    const high = isUnsigned ? 2 ** bits - 1 : 2 ** (bits - 1) - 1;
    for (let i = 0; i < values.length; i += 1) {
      stored[i] = Math.min(Math.max(Math.round(values[i] || 0), low), high);
    }
  }
  return bytes;
}

/** Labels by index as the bytes of a whole-number type that holds them all, little-endian. */
export function encodeLabels(indices: Uint32Array, ids: LabelIds, type: WholeType): Uint8Array {
  const bytes = new Uint8Array(indices.length * bytesPerScalar[type]);
  const stored = storedValues(bytes, type);
  if (stored instanceof BigInt64Array || stored instanceof BigUint64Array) {
    for (let i = 0; i < indices.length; i += 1) stored[i] = ids[indices[i] ?? 0] ?? 0n;
  } else {
    const numbers = ids.map(Number);
    for (let i = 0; i < indices.length; i += 1) stored[i] = numbers[indices[i] ?? 0] ?? 0;
  }
  return bytes;
}

/** Numbers of any type that a file may store. */
export type ScalarArray = ReturnType<typeof storedValues>;

function storedValues(bytes: Uint8Array, type: ScalarType) {
  const { buffer, byteOffset } = bytes;
  const length = bytes.length / bytesPerScalar[type];
  switch (type) {
    case 'uint8':
      return new Uint8Array(buffer, byteOffset, length);
    case 'int8':
      return new Int8Array(buffer, byteOffset, length);
    case 'uint16':
      return new Uint16Array(buffer, byteOffset, length);
    case 'int16':
      return new Int16Array(buffer, byteOffset, length);
    case 'uint32':
      return new Uint32Array(buffer, byteOffset, length);
    case 'int32':
      return new Int32Array(buffer, byteOffset, length);
    case 'uint64':
      return new BigUint64Array(buffer, byteOffset, length);
    case 'int64':
      return new BigInt64Array(buffer, byteOffset, length);
    case 'float32':
      return new Float32Array(buffer, byteOffset, length);
    case 'float64':
      return new Float64Array(buffer, byteOffset, length);
  }
}

/** Typed arrays need aligned bytes in the machine's order, which is little-endian wherever we run. */
function alignedLittleEndian(
  bytes: Uint8Array,
  scalarBytes: number,
  isLittleEndian: boolean,
): Uint8Array {
  if (scalarBytes === 1) return bytes;
  if (isLittleEndian && bytes.byteOffset % scalarBytes === 0) return bytes;
  const copy = new Uint8Array(bytes);
  if (!isLittleEndian) {
    swapBytes(copy, scalarBytes);
  }
  return copy;
}

function swapBytes(bytes: Uint8Array, scalarBytes: number): void {
  for (let start = 0; start < bytes.length; start += scalarBytes) {
    for (let low = start, high = start + scalarBytes - 1; low < high; low += 1, high -= 1) {
      const first = bytes[low] as number;
      bytes[low] = bytes[high] as number;
      bytes[high] = first;
    }
  }
}
