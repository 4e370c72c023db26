import type { Simd } from '../../simd/simd';
import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { inverseCounts } from './window-counts';

/** A grid and half the window on it. */
export interface MomentNumbers {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
  readonly radius: number;
}

/** Floats that fit a core's own cache: the rows of three quantities that are walked at a time. */
const cachedFloats = 1 << 16;

/** Rows of a block at most. */
const mostRows = 32;

/** Where things lie in a thread's scratch, and how many rows are walked at a time. */
interface Layout {
  readonly radii: readonly [rx: number, ry: number, rz: number];
  readonly inverse: readonly [x: number, y: number, z: number];
  readonly scratch: number;
  readonly blockRows: number;
}

/** As `windowMoments` in window.as lays them out; undefined where rows are too long for the scratch. */
function layoutOf(simd: Simd, { nx, ny, nz, radius }: MomentNumbers): Layout | undefined {
  const radii = [nx, ny, nz].map((length) => Math.min(radius, length - 1)) as [
    number,
    number,
    number,
  ];
  const [rx, ry, rz] = radii;
  const width = Math.ceil(nx / 4) * 4;
  const [atY, atZ] = [width + 4, width + 4 + ny];
  const begin = Math.ceil((atZ + nz) / 4) * 4;
  const fixed = begin + 3 * (width + 4 * rx + 16) + width + 3 * 2 * ry * width;
  const perRow = 3 * (2 * rz + 3) * width;
  if (fixed + perRow > simd.scratchFloats) return undefined;
  // A block sums its neighbours' rows too: of wide windows few rows a block would cost more than a cache gives.
  const wanted = Math.max(cachedFloats, fixed + perRow * Math.min(2 * ry, mostRows));
  const fitting = Math.floor((Math.min(wanted, simd.scratchFloats) - fixed) / perRow);
  const inverse = [
    simd.floats([...inverseCounts(nx, rx), 0, 0, 0, 0], 0),
    simd.floats(inverseCounts(ny, ry), atY),
    simd.floats(inverseCounts(nz, rz), atZ),
  ] as const;
  const blockRows = Math.min(Math.max(fitting, 1), mostRows);
  return { radii, inverse, scratch: simd.scratch + 4 * begin, blockRows };
}

/** @returns false where the grid's rows are too long for a thread's scratch: nothing was done then */
export function momentsBySimd(
  simd: Simd,
  [fixed, warped]: readonly FloatArray[],
  means: readonly FloatArray[],
  p: MomentNumbers,
  share: Share,
): boolean {
  const layout = layoutOf(simd, p);
  if (!layout || !fixed || !warped) return false;
  const [y0, y1] = shareOf(p.ny, share);
  const [meanWarped, meanWarpedSquared, meanProduct] = means.map(simd.addressOf) as Three;
  simd.functions.windowMoments(
    ...([
      simd.addressOf(fixed),
      simd.addressOf(warped),
      meanWarped,
      meanWarpedSquared,
      meanProduct,
    ] as const),
    ...([p.nx, p.ny, p.nz, y0, y1] as const),
    ...layout.radii,
    ...layout.inverse,
    layout.scratch,
    layout.blockRows,
    ...([0, 0, 0, 0, 0, 0] as const),
  );
  return true;
}

/** What a local correlation is made of beside its windows: see `lncc-from-images`. */
interface CorrelationArrays {
  readonly fixed: FloatArray;
  readonly warped: FloatArray;
  readonly meanFixed: FloatArray;
  readonly meanFixedSquared: FloatArray;
  readonly meanWarped: FloatArray;
  readonly meanWarpedSquared: FloatArray;
  readonly meanProduct: FloatArray;
  readonly weight: FloatArray | undefined;
  readonly partials: FloatArray;
}

/**
 * The walk of `momentsBySimd` that goes on to correlations, a sum a row, and cotangents in the place of means.
 * @returns false where the grid's rows are too long for a thread's scratch: nothing was done then
 */
export function correlationBySimd(
  simd: Simd,
  arrays: CorrelationArrays,
  p: MomentNumbers & { readonly scale: number; readonly epsilon: number },
  share: Share,
): boolean {
  const layout = layoutOf(simd, p);
  if (!layout) return false;
  const { fixed, warped, meanFixed, meanFixedSquared, weight } = arrays;
  const { addressOf } = simd;
  simd.functions.windowMoments(
    ...([addressOf(fixed), addressOf(warped)] as const),
    addressOf(arrays.meanWarped),
    addressOf(arrays.meanWarpedSquared),
    addressOf(arrays.meanProduct),
    ...([p.nx, p.ny, p.nz, ...shareOf(p.ny, share)] as const),
    ...layout.radii,
    ...layout.inverse,
    layout.scratch,
    layout.blockRows,
    ...([addressOf(meanFixed), addressOf(meanFixedSquared)] as const),
    weight ? addressOf(weight) : 0,
    addressOf(arrays.partials),
    ...([p.scale, p.epsilon] as const),
  );
  return true;
}

/** @returns false where the grid's rows are too long for a thread's scratch: nothing was done then */
export function momentsAdjointBySimd(
  simd: Simd,
  [fixed, warped]: readonly FloatArray[],
  cotangents: readonly FloatArray[],
  total: FloatArray,
  p: MomentNumbers,
  share: Share,
): boolean {
  const layout = layoutOf(simd, p);
  if (!layout || !fixed || !warped) return false;
  const [y0, y1] = shareOf(p.ny, share);
  const [ofMean, ofSquare, ofProduct] = cotangents.map(simd.addressOf) as Three;
  simd.functions.windowMomentsAdjoint(
    ...([simd.addressOf(fixed), simd.addressOf(warped), ofMean, ofSquare, ofProduct] as const),
    simd.addressOf(total),
    ...([p.nx, p.ny, p.nz, y0, y1] as const),
    ...layout.radii,
    ...layout.inverse,
    layout.scratch,
    layout.blockRows,
  );
  return true;
}

type Three = [number, number, number];
