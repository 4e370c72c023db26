import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { reductionChunks } from '../reduction';

export interface DiffusionNumbers {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
  /** 1 / spacing² along each axis, mm⁻². */
  readonly weightX: number;
  readonly weightY: number;
  readonly weightZ: number;
}

/** Sums of ½|∂u|² of one plane over fixed chunks of rows, into `partials` from `offset`. */
export function diffusionPartials(
  plane: FloatArray,
  partials: FloatArray,
  p: DiffusionNumbers & { readonly offset: number },
  share: Share,
): void {
  const { nx, ny, nz } = p;
  const rows = ny * nz;
  const chunks = reductionChunks(nx * rows);
  const length = Math.ceil(rows / chunks);
  const [firstChunk, lastChunk] = shareOf(chunks, share);
  for (let chunk = firstChunk; chunk < lastChunk; chunk += 1) {
    const end = Math.min((chunk + 1) * length, rows);
    let sum = 0;
    for (let row = chunk * length; row < end; row += 1) {
      const first = row * nx;
      sum += p.weightX * squaredDifferences(plane, first, nx - 1, 1);
      if (row % ny < ny - 1) sum += p.weightY * squaredDifferences(plane, first, nx, nx);
      if (row < ny * (nz - 1)) sum += p.weightZ * squaredDifferences(plane, first, nx, nx * ny);
    }
    partials[p.offset + chunk] = 0.5 * sum;
  }
}

function squaredDifferences(
  plane: FloatArray,
  first: number,
  count: number,
  stride: number,
): number {
  let sum = 0;
  for (let i = first; i < first + count; i += 1) {
    const difference = plane[i + stride]! - plane[i]!;
    sum += difference * difference;
  }
  return sum;
}

/** gradient = scale · Σ over axes of weight · (2u − u₋ − u₊); a missing neighbour adds nothing. */
export function diffusionGradientOf(
  plane: FloatArray,
  gradient: FloatArray,
  scale: number,
  p: DiffusionNumbers,
  share: Share,
): void {
  const { nx, ny, nz } = p;
  const wx = scale * p.weightX;
  const wy = scale * p.weightY;
  const wz = scale * p.weightZ;
  const slice = nx * ny;
  const [begin, end] = shareOf(ny * nz, share);
  for (let row = begin; row < end; row += 1) {
    const y = row % ny;
    // A missing neighbour is the voxel itself: the difference is zero.
    const yBelow = y > 0 ? -nx : 0;
    const yAbove = y < ny - 1 ? nx : 0;
    const zBelow = row >= ny ? -slice : 0;
    const zAbove = row < ny * (nz - 1) ? slice : 0;
    const first = row * nx;
    const last = first + nx - 1;
    for (let i = first; i <= last; i += 1) {
      const u = plane[i]!;
      gradient[i] =
        wy * (2 * u - plane[i + yBelow]! - plane[i + yAbove]!) +
        wz * (2 * u - plane[i + zBelow]! - plane[i + zAbove]!);
    }
    if (nx === 1) continue;
    gradient[first]! += wx * (plane[first]! - plane[first + 1]!);
    for (let i = first + 1; i < last; i += 1) {
      gradient[i]! += wx * (2 * plane[i]! - plane[i - 1]! - plane[i + 1]!);
    }
    gradient[last]! += wx * (plane[last]! - plane[last - 1]!);
  }
}
