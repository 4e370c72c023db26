import type { Simd } from '../../simd/simd';
import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { gaussianTaps } from './taps';

/** A Gaussian along one axis; radius 0 leaves the axis alone. */
export interface AxisGaussian {
  readonly sigmaVoxels: number;
  readonly radius: number;
}

/** Floats that fit a core's own cache beside what is read: the rows that are walked at a time. */
const cachedFloats = 1 << 16;
/** Taps of an axis, the middle one and those on one side, take at most this much scratch. */
const tapsFloats = 64;

/** Numbers of the map by which a gradient chains. */
const mapFloats = 12;

/**
 * Smooths along all axes in one walk, zero beyond the edges: rows of every slice are shared out.
 * @returns false where the grid's rows are too long for a thread's scratch: nothing was done then
 */
export function smoothBySimd(
  simd: Simd,
  value: FloatArray,
  smoothed: FloatArray,
  sizeVoxels: readonly [nx: number, ny: number, nz: number],
  axes: readonly [x: AxisGaussian, y: AxisGaussian, z: AxisGaussian],
  share: Share,
): boolean {
  const layout = layoutOf(simd, 1, sizeVoxels, axes);
  if (!layout) return false;
  simd.functions.gaussian(
    ...([0, 0] as const),
    ...([simd.addressOf(value), 0, 0] as const),
    ...([simd.addressOf(smoothed), 0, 0] as const),
    ...([1, ...sizeVoxels, ...shareOf(sizeVoxels[1], share)] as const),
    ...layout,
  );
  return true;
}

/**
 * The same of Dᵀ · (cotangent · slope), into three planes.
 * @param displacementMap D, row-major 3 × 3
 * @returns false where the grid's rows are too long for a thread's scratch: nothing was done then
 */
export function smoothChainedBySimd(
  simd: Simd,
  { cotangent, slope, smoothed }: ChainedPlanes,
  displacementMap: Float64Array,
  sizeVoxels: readonly [nx: number, ny: number, nz: number],
  axes: readonly [x: AxisGaussian, y: AxisGaussian, z: AxisGaussian],
  share: Share,
): boolean {
  const layout = layoutOf(simd, 3, sizeVoxels, axes);
  if (!layout) return false;
  simd.functions.gaussian(
    simd.addressOf(cotangent),
    simd.floats(displacementMap, 3 * tapsFloats),
    ...(slope.map(simd.addressOf) as Three),
    ...(smoothed.map(simd.addressOf) as Three),
    ...([3, ...sizeVoxels, ...shareOf(sizeVoxels[1], share)] as const),
    ...layout,
  );
  return true;
}

type Three = [number, number, number];

interface ChainedPlanes {
  readonly cotangent: FloatArray;
  readonly slope: readonly FloatArray[];
  readonly smoothed: readonly FloatArray[];
}

/**
 * Radii, taps, and where `gaussian` in stencil.as lays out how many rows at a time; undefined where rows are too
 * long for the scratch.
 */
function layoutOf(
  simd: Simd,
  planes: number,
  [nx]: readonly [nx: number, ny: number, nz: number],
  axes: readonly [x: AxisGaussian, y: AxisGaussian, z: AxisGaussian],
) {
  const [rx, ry, rz] = axes.map(({ radius }) => radius) as Three;
  const begin = 3 * tapsFloats + mapFloats;
  const width = Math.ceil(nx / 4) * 4;
  // A padded row, rows with neighbours, the ring.
  const fixed = begin + planes * (2 * (rx + 4) + width + 4 + 2 * ry * width);
  const perRow = planes * (2 * rz + 2) * width;
  if (Math.max(rx, ry, rz) >= tapsFloats || fixed + perRow > simd.scratchFloats) return undefined;
  const fitting = Math.floor((Math.min(cachedFloats, simd.scratchFloats) - fixed) / perRow);
  const blockRows = Math.min(Math.max(fitting, 1), 64);
  const taps = axes.map(({ sigmaVoxels, radius }, axis) =>
    simd.floats(
      radius === 0 ? [1] : gaussianTaps(sigmaVoxels, radius).subarray(radius),
      axis * tapsFloats,
    ),
  ) as Three;
  return [rx, ry, rz, ...taps, simd.scratch + 4 * begin, blockRows] as const;
}
