import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { pointMap } from '../sample/point-map';
import type { SamplingNumbers } from '../sample/sample.cpu';

type Planes = readonly [FloatArray, FloatArray, FloatArray];

interface SoftLabelArrays {
  /** Labels from 1 on; 0 is none. */
  readonly fixed: Uint32Array;
  readonly moving: Uint32Array;
  readonly displacement: Planes | undefined;
  readonly affine: FloatArray | undefined;
}

/** The eight voxels around the point where a voxel lands: labels, weights, and slopes of these per voxel. */
function cornersOf(
  { moving, displacement, affine }: Omit<SoftLabelArrays, 'fixed'>,
  p: SamplingNumbers,
) {
  const map = pointMap(p, affine);
  const sizes = [p.sourceNx, p.sourceNy, p.sourceNz] as const;
  const strides = [1, p.sourceNx, p.sourceNx * p.sourceNy] as const;
  const labels = new Uint32Array(8);
  const weights = new Float64Array(8);
  const slopes = [new Float64Array(8), new Float64Array(8), new Float64Array(8)] as const;
  const at = [0, 0, 0];
  const step = [0, 0, 0];
  const fraction = [0, 0, 0];
  const changes = [0, 0, 0];
  return {
    labels,
    weights,
    slopes,
    /** Reads those of a voxel; true where all have one label. Beyond an edge it goes on. */
    read(i: number): boolean {
      const x = i % p.nx;
      const row = (i - x) / p.nx;
      const y = row % p.ny;
      const z = (row - y) / p.ny;
      for (let axis = 0; axis < 3; axis += 1) {
        const m = 4 * axis;
        let q = map[m]! * x + map[m + 1]! * y + map[m + 2]! * z + map[m + 3]!;
        if (displacement) {
          const d = 12 + 3 * axis;
          q +=
            map[d]! * displacement[0][i]! +
            map[d + 1]! * displacement[1][i]! +
            map[d + 2]! * displacement[2][i]!;
        }
        const last = sizes[axis]! - 1;
        const clamped = q > 0 ? (q < last ? q : last) : 0;
        const low = Math.floor(clamped);
        at[axis] = low;
        fraction[axis] = clamped - low;
        step[axis] = low < last ? strides[axis]! : 0;
        changes[axis] = clamped === q && low < last ? 1 : 0;
      }
      const first = at[0]! + strides[1] * at[1]! + strides[2] * at[2]!;
      const label = moving[first]!;
      let isUnanimous = true;
      for (let corner = 0; corner < 8; corner += 1) {
        const [cx, cy, cz] = [corner & 1, (corner >> 1) & 1, corner >> 2];
        const found = moving[first + cx * step[0]! + cy * step[1]! + cz * step[2]!]!;
        labels[corner] = found;
        if (found !== label) isUnanimous = false;
      }
      if (isUnanimous) return true;
      for (let corner = 0; corner < 8; corner += 1) {
        const [cx, cy, cz] = [corner & 1, (corner >> 1) & 1, corner >> 2];
        const wx = cx ? fraction[0]! : 1 - fraction[0]!;
        const wy = cy ? fraction[1]! : 1 - fraction[1]!;
        const wz = cz ? fraction[2]! : 1 - fraction[2]!;
        weights[corner] = wx * wy * wz;
        slopes[0][corner] = (cx ? 1 : -1) * changes[0]! * wy * wz;
        slopes[1][corner] = (cy ? 1 : -1) * changes[1]! * wx * wz;
        slopes[2][corner] = (cz ? 1 : -1) * changes[2]! * wx * wy;
      }
      return false;
    },
  };
}

/**
 * One table a chunk of voxels: Σ ω of each label where both maps have it, then in the fixed map, then in the
 * moving one, which has a label at a point by the trilinear weights of the voxels around.
 */
export function countSoftLabels(
  arrays: SoftLabelArrays & {
    readonly weight: FloatArray | undefined;
    readonly partials: FloatArray;
  },
  p: SamplingNumbers & { readonly labels: number; readonly chunkLength: number },
  share: Share,
): void {
  const { fixed, weight, partials } = arrays;
  const corners = cornersOf(arrays, p);
  const count = p.nx * p.ny * p.nz;
  const cells = 3 * p.labels;
  const table = new Float64Array(cells);
  const [firstChunk, endChunk] = shareOf(Math.ceil(count / p.chunkLength), share);
  for (let chunk = firstChunk; chunk < endChunk; chunk += 1) {
    table.fill(0);
    const end = Math.min((chunk + 1) * p.chunkLength, count);
    for (let i = chunk * p.chunkLength; i < end; i += 1) {
      const counted = weight === undefined ? 1 : weight[i]!;
      if (counted === 0) continue;
      const own = fixed[i]!;
      if (own > 0) table[p.labels + own - 1]! += counted;
      const isOne = corners.read(i);
      for (let corner = 0; corner < (isOne ? 1 : 8); corner += 1) {
        const label = corners.labels[corner]!;
        if (label === 0) continue;
        const share = isOne ? counted : counted * corners.weights[corner]!;
        table[2 * p.labels + label - 1]! += share;
        if (label === own) table[label - 1]! += share;
      }
    }
    partials.set(table, chunk * cells);
  }
}

/** How the counts change as a point moves along the axes of the moving map, per voxel, weighed by their cotangents. */
export function softLabelSlopes(
  arrays: SoftLabelArrays & {
    readonly weight: FloatArray | undefined;
    readonly cotangent: FloatArray;
    readonly slope: Planes;
  },
  p: SamplingNumbers & { readonly labels: number },
  share: Share,
): void {
  const { fixed, weight, cotangent, slope } = arrays;
  const corners = cornersOf(arrays, p);
  const count = p.nx * p.ny * p.nz;
  const [begin, end] = shareOf(count, share);
  for (let i = begin; i < end; i += 1) {
    const counted = (weight === undefined ? 1 : weight[i]!) / count;
    for (const plane of slope) plane[i] = 0;
    if (counted === 0 || corners.read(i)) continue;
    const own = fixed[i]!;
    for (let corner = 0; corner < 8; corner += 1) {
      const label = corners.labels[corner]!;
      if (label === 0) continue;
      const worth =
        cotangent[2 * p.labels + label - 1]! + (label === own ? cotangent[label - 1]! : 0);
      for (let axis = 0; axis < 3; axis += 1) {
        slope[axis]![i]! += counted * worth * corners.slopes[axis]![corner]!;
      }
    }
  }
}

/** Below this share of the voxels a label counts as absent. */
const leastShare = 1e-9;

/** Mean of 2·overlap / (fixed + moving) over the labels of a table of counts that occur in either. */
export function softDiceOf(counts: FloatArray, labels: number): number {
  let sum = 0;
  let present = 0;
  for (let label = 0; label < labels; label += 1) {
    const size = counts[labels + label]! + counts[2 * labels + label]!;
    if (!(size > leastShare)) continue;
    sum += (2 * counts[label]!) / size;
    present += 1;
  }
  return present === 0 ? 0 : sum / present;
}

/** Cotangents of the counts for −`softDiceOf`. */
export function softDiceCotangents(
  counts: FloatArray,
  cotangent: number,
  result: FloatArray,
  labels: number,
): void {
  let present = 0;
  for (let label = 0; label < labels; label += 1) {
    if (counts[labels + label]! + counts[2 * labels + label]! > leastShare) present += 1;
  }
  for (let label = 0; label < labels; label += 1) {
    const size = counts[labels + label]! + counts[2 * labels + label]!;
    const isPresent = size > leastShare;
    const each = isPresent ? -cotangent / present : 0;
    const ofSize = isPresent ? (-each * 2 * counts[label]!) / (size * size) : 0;
    result[label] = isPresent ? (2 * each) / size : 0;
    result[labels + label] = ofSize;
    result[2 * labels + label] = ofSize;
  }
}
