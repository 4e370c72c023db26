import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { chunkLength, reductionChunks } from '../reduction';
import { type AffineFrame, parametersCotangentOf } from './affine.cpu';

/** Pairs of the axes of a slope, and of the four numbers of a point: the upper halves of symmetric matrices. */
const slopePairs = 6;
const pointPairs = 10;
/** Sums that a chunk leaves: one for each pair of slopes and pair of places. */
export const curvatureSums = slopePairs * pointPairs;

export interface SlopeMomentNumbers {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
  /** From a voxel to its place about the centre, as a multiple of the radius: row-major 3 × 4. */
  readonly placeFromVoxel: readonly number[];
}

type Planes = readonly [FloatArray, FloatArray, FloatArray];

/**
 * Sums over each chunk of weight · dᵢdₖ · yⱼyₗ, d the slope along the axes of the source voxels, y the place and 1.
 * Along a row y is linear, so that a voxel adds to the sums of dᵢdₖ, dᵢdₖ·x and dᵢdₖ·x² alone.
 */
export function slopeMoments(
  derivative: Planes,
  weight: FloatArray,
  partials: FloatArray,
  p: SlopeMomentNumbers,
  share: Share,
): void {
  const total = p.nx * p.ny * p.nz;
  const length = chunkLength(total);
  const sums = new Float64Array(curvatureSums);
  const along = new Float64Array(3 * slopePairs);
  const [firstChunk, endChunk] = shareOf(reductionChunks(total), share);
  for (let chunk = firstChunk; chunk < endChunk; chunk += 1) {
    const end = Math.min((chunk + 1) * length, total);
    sums.fill(0);
    for (let begin = Math.min(chunk * length, total); begin < end; ) {
      const row = Math.floor(begin / p.nx);
      const rowEnd = Math.min((row + 1) * p.nx, end);
      addRow(derivative, weight, begin, rowEnd, along);
      spreadRow(along, sums, begin, p);
      begin = rowEnd;
    }
    partials.set(sums, chunk * curvatureSums);
  }
}

/** Σ weight · dᵢdₖ · nᵐ for m = 0, 1, 2 over voxels of one row, n counted from the first. */
function addRow(
  [dX, dY, dZ]: Planes,
  weight: FloatArray,
  begin: number,
  end: number,
  along: Float64Array,
): void {
  along.fill(0);
  for (let i = begin; i < end; i += 1) {
    const w = weight[i]!;
    if (w === 0) continue;
    const n = i - begin;
    const [x, y, z] = [dX[i]!, dY[i]!, dZ[i]!];
    const [wx, wy] = [w * x, w * y];
    addPowers(along, 0, wx * x, n);
    addPowers(along, 3, wx * y, n);
    addPowers(along, 6, wx * z, n);
    addPowers(along, 9, wy * y, n);
    addPowers(along, 12, wy * z, n);
    addPowers(along, 15, w * z * z, n);
  }
}

function addPowers(along: Float64Array, at: number, value: number, n: number): void {
  along[at]! += value;
  along[at + 1]! += value * n;
  along[at + 2]! += value * n * n;
}

/** From powers of the number in the row to products of places, which are a + n·e. */
function spreadRow(
  along: Float64Array,
  sums: Float64Array,
  begin: number,
  { nx, ny, placeFromVoxel: m }: SlopeMomentNumbers,
): void {
  const [x, y, z] = [begin % nx, Math.floor(begin / nx) % ny, Math.floor(begin / (nx * ny))];
  const a = [0, 4, 8].map((r) => m[r]! * x + m[r + 1]! * y + m[r + 2]! * z + m[r + 3]!);
  a.push(1);
  const e = [m[0]!, m[4]!, m[8]!, 0];
  for (let j = 0, pair = 0; j < 4; j += 1) {
    for (let l = j; l < 4; l += 1, pair += 1) {
      const once = a[j]! * a[l]!;
      const linear = a[j]! * e[l]! + e[j]! * a[l]!;
      const square = e[j]! * e[l]!;
      for (let slope = 0; slope < slopePairs; slope += 1) {
        sums[slope * pointPairs + pair]! +=
          once * along[3 * slope]! +
          linear * along[3 * slope + 1]! +
          square * along[3 * slope + 2]!;
      }
    }
  }
}

export interface CurvatureNumbers extends AffineFrame {
  readonly sourceFromWorld: readonly number[];
  readonly chunks: number;
  /** Points that the sums are over. */
  readonly points: number;
}

/** 2·factor/points · Kᵀ F K: F the sums turned into the world, K the derivative of the map by its parameters. */
export function curvatureFromMoments(
  partials: FloatArray,
  parameters: FloatArray,
  factor: FloatArray,
  initial: FloatArray | undefined,
  matrix: FloatArray,
  p: CurvatureNumbers,
): void {
  const sums = new Float64Array(curvatureSums);
  for (let chunk = 0; chunk < p.chunks; chunk += 1) {
    for (let i = 0; i < curvatureSums; i += 1) sums[i]! += partials[chunk * curvatureSums + i]!;
  }
  const turned = inWorld(sums, slopeFromModel(p.sourceFromWorld, initial));
  const changes = changesOfMap(parameters, p);
  const scale = (2 * factor[0]!) / p.points;
  for (let column = 0; column < p.count; column += 1) {
    const product = turned.map((row) =>
      row.reduce((sum, value, i) => sum + value * changes[i]![column]!, 0),
    );
    for (let row = 0; row < p.count; row += 1) {
      let sum = 0;
      for (let i = 0; i < 12; i += 1) sum += changes[i]![row]! * product[i]!;
      matrix[row * p.count + column] = scale * sum;
    }
  }
}

/** Source voxels from what the model gives: S·L, L the linear part of what comes after the model. */
function slopeFromModel(
  s: readonly number[],
  initial: FloatArray | undefined,
): readonly (readonly number[])[] {
  return [0, 1, 2].map((row) =>
    [0, 1, 2].map((column) =>
      initial === undefined
        ? s[4 * row + column]!
        : [0, 1, 2].reduce((sum, k) => sum + s[4 * row + k]! * initial[4 * k + column]!, 0),
    ),
  );
}

/** Sums for each pair of entries of a 3 × 4 map, 12 × 12, of slopes along the axes of the world: Gᵀ·D·G. */
function inWorld(
  sums: Float64Array,
  g: readonly (readonly number[])[],
): readonly (readonly number[])[] {
  return Array.from({ length: 12 }, (_, first) =>
    Array.from({ length: 12 }, (__, second) => {
      const [i, j] = [Math.floor(first / 4), first % 4];
      const [k, l] = [Math.floor(second / 4), second % 4];
      const place = pairOf(4, Math.min(j, l), Math.max(j, l));
      let sum = 0;
      for (let m = 0; m < 3; m += 1) {
        for (let n = 0; n < 3; n += 1) {
          const slope = pairOf(3, Math.min(m, n), Math.max(m, n));
          sum += g[m]![i]! * g[n]![k]! * sums[slope * pointPairs + place]!;
        }
      }
      return sum;
    }),
  );
}

/** Where a pair stands in the upper half of a symmetric matrix. */
function pairOf(size: number, first: number, second: number): number {
  return first * size - (first * (first - 1)) / 2 + second - first;
}

/** How each entry of the map about the centre changes with each parameter: its linear part by multiples of the radius. */
function changesOfMap(parameters: FloatArray, p: CurvatureNumbers): readonly Float64Array[] {
  const axesAndCentre = p.axesAndCentre.map((value, i) => (i % 4 === 3 ? 0 : value));
  return Array.from({ length: 12 }, (_, entry) => {
    const cotangent = new Float64Array(12);
    cotangent[entry] = entry % 4 === 3 ? 1 : p.radiusMm;
    const change = new Float64Array(p.count);
    parametersCotangentOf(parameters, cotangent, change, { ...p, axesAndCentre });
    return change;
  });
}
