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
  const [nx, ny, nz] = sizeVoxels;
  const [rx, ry, rz] = axes.map(({ radius }) => radius) as [number, number, number];
  const begin = 3 * tapsFloats;
  const width = Math.ceil(nx / 4) * 4;
  // As `gaussian` in stencil.as lays them out: one padded row, rows with neighbours, the ring.
  const fixed = begin + 2 * (rx + 4) + width + 4 + 2 * ry * width;
  const perRow = (2 * rz + 2) * width;
  if (Math.max(rx, ry, rz) >= tapsFloats || fixed + perRow > simd.scratchFloats) return false;
  const fitting = Math.floor((Math.min(cachedFloats, simd.scratchFloats) - fixed) / perRow);
  const blockRows = Math.min(Math.max(fitting, 1), 64);
  const taps = axes.map(({ sigmaVoxels, radius }, axis) =>
    simd.floats(
      radius === 0 ? [1] : gaussianTaps(sigmaVoxels, radius).subarray(radius),
      axis * tapsFloats,
    ),
  ) as [number, number, number];
  const [y0, y1] = shareOf(ny, share);
  const { functions, scratch } = simd;
  functions.gaussian(
    simd.addressOf(value),
    simd.addressOf(smoothed),
    ...([nx, ny, nz, y0, y1, rx, ry, rz] as const),
    ...taps,
    scratch + 4 * begin,
    blockRows,
  );
  return true;
}
