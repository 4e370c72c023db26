import { type FloatArray, type Share, shareOf } from '../define-kernel';

/** Size of the grid in voxels. */
export interface StencilSize {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
}

/** One axis at one voxel: how far the neighbours lie, 0 beyond the edge, where the voxel stands for them. */
interface Neighbours {
  readonly below: number;
  readonly above: number;
}

function neighboursAt(index: number, count: number, stride: number): Neighbours {
  return { below: index > 0 ? -stride : 0, above: index < count - 1 ? stride : 0 };
}

/**
 * Differences of a plane along the axes of its grid, combined into derivatives by the rows of `matrix`
 * (world from differences). `forward` 1 takes u₊ − u, otherwise ½(u₊ − u₋); beyond an edge lies the edge's own
 * value again.
 */
export function firstDerivatives(
  plane: FloatArray,
  derivatives: readonly [FloatArray, FloatArray, FloatArray],
  matrix: readonly number[],
  p: StencilSize & { readonly forward: number },
  share: Share,
): void {
  const { nx, ny, nz } = p;
  const isForward = p.forward !== 0;
  const half = isForward ? 1 : 0.5;
  const m = Float64Array.from(matrix, (number) => number * half);
  const [dx, dy, dz] = derivatives;
  const [begin, end] = shareOf(ny * nz, share);
  for (let row = begin; row < end; row += 1) {
    const y = neighboursAt(row % ny, ny, nx);
    const z = neighboursAt(Math.floor(row / ny), nz, nx * ny);
    const yBelow = isForward ? 0 : y.below;
    const zBelow = isForward ? 0 : z.below;
    const first = row * nx;
    for (let x = 0; x < nx; x += 1) {
      const i = first + x;
      const a = plane[x < nx - 1 ? i + 1 : i]! - plane[isForward || x === 0 ? i : i - 1]!;
      const b = plane[i + y.above]! - plane[i + yBelow]!;
      const c = plane[i + z.above]! - plane[i + zBelow]!;
      dx[i] = m[0]! * a + m[1]! * b + m[2]! * c;
      dy[i] = m[4]! * a + m[5]! * b + m[6]! * c;
      dz[i] = m[8]! * a + m[9]! * b + m[10]! * c;
    }
  }
}

/**
 * The transposed of `firstDerivatives`: what each voxel contributed to, weighed by the cotangents there. A voxel
 * on an edge also stood for its missing neighbour.
 */
export function firstDerivativesTransposed(
  cotangents: readonly [FloatArray, FloatArray, FloatArray],
  plane: FloatArray,
  matrix: readonly number[],
  p: StencilSize & { readonly forward: number },
  share: Share,
): void {
  const { nx, ny, nz } = p;
  const isForward = p.forward !== 0;
  const half = isForward ? 1 : 0.5;
  const m = Float64Array.from(matrix, (number) => number * half);
  const [cx, cy, cz] = cotangents;
  const along = (i: number, axis: number): number =>
    m[axis]! * cx[i]! + m[4 + axis]! * cy[i]! + m[8 + axis]! * cz[i]!;
  const transposed = (i: number, axis: number, index: number, count: number, stride: number) => {
    const own = along(i, axis);
    const before = index > 0 ? along(i - stride, axis) : 0;
    if (isForward) return before - (index < count - 1 ? own : 0);
    const after = index < count - 1 ? along(i + stride, axis) : 0;
    return before - after + (index === count - 1 ? own : 0) - (index === 0 ? own : 0);
  };
  const [begin, end] = shareOf(ny * nz, share);
  for (let row = begin; row < end; row += 1) {
    const y = row % ny;
    const z = Math.floor(row / ny);
    for (let x = 0, i = row * nx; x < nx; x += 1, i += 1) {
      plane[i] =
        transposed(i, 0, x, nx, 1) + transposed(i, 1, y, ny, nx) + transposed(i, 2, z, nz, nx * ny);
    }
  }
}

type SixPlanes = readonly [FloatArray, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray];

/** Voxel distances to the 27 neighbours' axes at one voxel: [below, above] for each axis. */
function sixDifferences(
  plane: FloatArray,
  i: number,
  x: Neighbours,
  y: Neighbours,
  z: Neighbours,
  differences: Float64Array,
): void {
  const u = plane[i]!;
  differences[0] = plane[i + x.above]! - 2 * u + plane[i + x.below]!;
  differences[1] = plane[i + y.above]! - 2 * u + plane[i + y.below]!;
  differences[2] = plane[i + z.above]! - 2 * u + plane[i + z.below]!;
  differences[3] = mixed(plane, i, x, y);
  differences[4] = mixed(plane, i, x, z);
  differences[5] = mixed(plane, i, y, z);
}

function mixed(plane: FloatArray, i: number, a: Neighbours, b: Neighbours): number {
  return (
    0.25 *
    (plane[i + a.above + b.above]! -
      plane[i + a.above + b.below]! -
      plane[i + a.below + b.above]! +
      plane[i + a.below + b.below]!)
  );
}

/**
 * Second derivatives of a plane in the order xx, yy, zz, xy, xz, yz: differences along the axes of the grid,
 * combined by the 6×6 `matrix`, row-major. Beyond an edge lies the edge's own value again.
 */
export function secondDerivatives(
  plane: FloatArray,
  derivatives: SixPlanes,
  matrix: Float64Array,
  p: StencilSize,
  share: Share,
): void {
  const { nx, ny, nz } = p;
  const differences = new Float64Array(6);
  const [begin, end] = shareOf(ny * nz, share);
  for (let row = begin; row < end; row += 1) {
    const y = neighboursAt(row % ny, ny, nx);
    const z = neighboursAt(Math.floor(row / ny), nz, nx * ny);
    for (let x = 0, i = row * nx; x < nx; x += 1, i += 1) {
      sixDifferences(plane, i, neighboursAt(x, nx, 1), y, z, differences);
      for (let k = 0; k < 6; k += 1) {
        let sum = 0;
        for (let j = 0; j < 6; j += 1) sum += matrix[6 * k + j]! * differences[j]!;
        derivatives[k]![i] = sum;
      }
    }
  }
}

/**
 * The transposed of `secondDerivatives`, gathered: a voxel takes part in the differences of those voxels whose
 * clamped neighbours it is.
 */
export function secondDerivativesTransposed(
  cotangents: SixPlanes,
  plane: FloatArray,
  matrix: Float64Array,
  p: StencilSize,
  share: Share,
): void {
  const { nx, ny, nz } = p;
  const along = (i: number, difference: number): number => {
    let sum = 0;
    for (let k = 0; k < 6; k += 1) sum += matrix[6 * k + difference]! * cotangents[k]![i]!;
    return sum;
  };
  const [begin, end] = shareOf(ny * nz, share);
  const axes = [
    { count: nx, stride: 1 },
    { count: ny, stride: nx },
    { count: nz, stride: nx * ny },
  ] as const;
  /** (second difference along an axis)ᵀ */
  const straight = (i: number, axis: number, index: number): number => {
    const { count, stride } = axes[axis]!;
    const own = along(i, axis);
    const below = index > 0 ? along(i - stride, axis) : own;
    const above = index < count - 1 ? along(i + stride, axis) : own;
    return below - 2 * own + above;
  };
  /** (u₊ − u₋)ᵀ along one axis of what is given at a voxel. */
  const crossed = (
    i: number,
    axis: number,
    index: number,
    at: (place: number) => number,
  ): number => {
    const { count, stride } = axes[axis]!;
    const below = index > 0 ? at(i - stride) : -at(i);
    const above = index < count - 1 ? at(i + stride) : -at(i);
    return below - above;
  };
  for (let row = begin; row < end; row += 1) {
    const y = row % ny;
    const z = Math.floor(row / ny);
    for (let x = 0, i = row * nx; x < nx; x += 1, i += 1) {
      plane[i] =
        straight(i, 0, x) +
        straight(i, 1, y) +
        straight(i, 2, z) +
        0.25 *
          (crossed(i, 0, x, (a) => crossed(a, 1, y, (b) => along(b, 3))) +
            crossed(i, 0, x, (a) => crossed(a, 2, z, (b) => along(b, 4))) +
            crossed(i, 1, y, (a) => crossed(a, 2, z, (b) => along(b, 5))));
    }
  }
}
