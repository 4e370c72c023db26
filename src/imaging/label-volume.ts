import type { ImageProblem, ImageWarning } from './image-problem';
import { labelIdsOf, mostLabels, typeForLabels } from './label-ids';
import {
  type ScalarArray,
  type Scaling,
  type StoredScalars,
  scalarsBetween,
  scalarsPerStep,
} from './nifti/scalar-types';
import { PatternTable, type Words } from './pattern-table';
import type { Steps } from './steps';
import { allocateValues, type StoredImage, type VolumeResult } from './stored-image';
import type { LabelVolume, ScalarType } from './volume';

/** Whole numbers up to here have each their own float32. */
const largestFloat32 = 2 ** 24;

/** Whole numbers up to here have each their own float64. */
const largestFloat64 = 2 ** 53;

/**
 * The image as a map of labels, exact whatever whole-number type they are stored in. Refused where a
 * value is no whole number, where the type no longer tells neighbouring numbers apart, and where there
 * are more than 65 536 labels. What is not finite is background.
 *
 * Voxels get the index of their bit pattern first; only the few different patterns are then looked at
 * as numbers, and scaled.
 */
export function* labelVolumeOf(image: StoredImage): Steps<VolumeResult<LabelVolume>> {
  const { name: file, grid, stored } = image;
  const refuse = (problem: ImageProblem) => ({ ok: false, problem }) as const;
  if (image.channels > 1) {
    return refuse({ file, code: 'labels-of-channels', channels: image.channels });
  }
  const values = allocateValues(image, (count) => new Uint32Array(count));
  if (!(values instanceof Uint32Array)) return refuse(values);
  const patterns = new PatternTable(mostLabels + 1);
  const isComplete = yield* indexPatterns(stored, patterns, values);
  const found = patternNumbers(patterns, stored.type);
  const ids: (bigint | undefined)[] = [];
  for (const number of found) {
    const id = labelOf(number, stored.type, stored.scaling);
    if (typeof id === 'object') return refuse({ file, code: 'not-labels', ...id });
    ids.push(id);
  }
  if (!isComplete) return refuse({ file, code: 'too-many-labels', limit: mostLabels });
  const labels = labelIdsOf(ids.filter((id) => id !== undefined));
  const storedType = typeForLabels(labels, stored.type);
  if (labels.length > mostLabels + 1 || storedType === undefined) {
    return refuse({ file, code: 'too-many-labels', limit: mostLabels });
  }
  const indexOf = new Map(labels.map((id, index) => [id, index]));
  const ranks = Uint32Array.from(ids, (id) => indexOf.get(id ?? 0n) ?? 0);
  const isNumber = Uint8Array.from(ids, (id) => (id === undefined ? 0 : 1));
  let count = 0;
  for (let start = 0; start < values.length; start += scalarsPerStep) {
    const end = Math.min(start + scalarsPerStep, values.length);
    for (let i = start; i < end; i += 1) {
      const pattern = values[i] as number;
      values[i] = ranks[pattern] as number;
      count += 1 - (isNumber[pattern] as number);
    }
    yield;
  }
  const warnings: ImageWarning[] = count > 0 ? [{ file, code: 'non-finite-voxels', count }] : [];
  return { ok: true, volume: { kind: 'labels', grid, values, ids: labels, storedType }, warnings };
}

/** Fills `indices` with each voxel's index in the table; false where the table is too small. */
function* indexPatterns(
  stored: StoredScalars,
  patterns: PatternTable,
  indices: Uint32Array,
): Steps<boolean> {
  for (let start = 0; start < indices.length; start += scalarsPerStep) {
    const end = Math.min(start + scalarsPerStep, indices.length);
    const part = bitsOf(scalarsBetween(stored, start, end));
    const wordsPerScalar = part.length / (end - start);
    for (let done = start; done < end; ) {
      const from = (done - start) * wordsPerScalar;
      const rest = indices.subarray(done, end);
      const count = patterns.index(part.subarray(from), wordsPerScalar, rest);
      if (count < 0) return false;
      done += count;
      yield;
    }
  }
  return true;
}

/** Numbers as words of up to 32 bits, two where they are wider: the lower one first. */
function bitsOf(numbers: ScalarArray): Words {
  const { buffer, byteOffset, byteLength } = numbers;
  if (numbers.BYTES_PER_ELEMENT < 4) return numbers as Words;
  return new Int32Array(buffer, byteOffset, byteLength / 4);
}

/** What the patterns of a table are in a type. */
function patternNumbers(patterns: PatternTable, type: ScalarType): readonly (bigint | number)[] {
  const bits = new DataView(new ArrayBuffer(8));
  return Array.from({ length: patterns.size }, (_, index) => {
    bits.setInt32(0, patterns.low(index), true);
    bits.setInt32(4, patterns.high(index), true);
    switch (type) {
      case 'float32':
        return bits.getFloat32(0, true);
      case 'float64':
        return bits.getFloat64(0, true);
      case 'int64':
        return bits.getBigInt64(0, true);
      case 'uint64':
        return bits.getBigUint64(0, true);
      case 'uint32':
        return BigInt(bits.getUint32(0, true));
      default:
        return BigInt(bits.getInt32(0, true));
    }
  });
}

type NoLabel = Omit<Extract<ImageProblem, { code: 'not-labels' }>, 'file' | 'code'>;

/** The label that a stored number stands for; undefined where it is not finite. */
function labelOf(
  number: bigint | number,
  storedType: ScalarType,
  { slope, intercept }: Scaling,
): bigint | undefined | NoLabel {
  const isExact = Number.isSafeInteger(slope) && Number.isSafeInteger(intercept);
  if (typeof number === 'bigint' && isExact) return BigInt(slope) * number + BigInt(intercept);
  const value = slope * Number(number) + intercept;
  if (!Number.isFinite(value)) return undefined;
  const isWide = storedType === 'float64' && isExact;
  // What came from a fraction is a whole number to the accuracy of its factor, a float32.
  const whole = Number.isInteger(value) ? value : Math.fround(value);
  const largestExact = isWide && whole === value ? largestFloat64 : largestFloat32;
  if (!Number.isInteger(whole)) return { reason: 'fraction', value, storedType, largestExact };
  if (Math.abs(whole) > largestExact) {
    return { reason: 'too-large', value: whole, storedType, largestExact };
  }
  return BigInt(whole);
}
