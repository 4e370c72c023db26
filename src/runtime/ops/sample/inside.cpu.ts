import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { pointMap } from './point-map';
import type { SamplingNumbers } from './sample.cpu';
import { outsideCut } from './trilinear.cpu';

type Planes = readonly [FloatArray, FloatArray, FloatArray];

/** How far each target voxel's point lies inside the source; rows of the target are shared out. */
export function insideWeights(
  displacement: Planes | undefined,
  affine: FloatArray | undefined,
  weight: FloatArray,
  p: SamplingNumbers,
  share: Share,
): void {
  const map = pointMap(p, affine);
  const m = (i: number): number => map[i] as number;
  const [m00, m10, m20] = [m(0), m(4), m(8)];
  const [d00, d01, d02] = [m(12), m(13), m(14)];
  const [d10, d11, d12] = [m(15), m(16), m(17)];
  const [d20, d21, d22] = [m(18), m(19), m(20)];
  const { nx, ny, sourceNx: sx, sourceNy: sy, sourceNz: sz } = p;
  // Beyond these a point is not wholly inside; an axis of one voxel has no outside.
  const endX = sx === 1 ? Number.POSITIVE_INFINITY : sx - 1;
  const endY = sy === 1 ? Number.POSITIVE_INFINITY : sy - 1;
  const endZ = sz === 1 ? Number.POSITIVE_INFINITY : sz - 1;
  const beginX = sx === 1 ? Number.NEGATIVE_INFINITY : 0;
  const beginY = sy === 1 ? Number.NEGATIVE_INFINITY : 0;
  const beginZ = sz === 1 ? Number.NEGATIVE_INFINITY : 0;
  const of = p.outside === outsideCut ? cutWeight : linearWeight;
  const [begin, end] = shareOf(ny * p.nz, share);
  for (let row = begin; row < end; row += 1) {
    const y = row % ny;
    const z = (row - y) / ny;
    const rowX = m(1) * y + m(2) * z + m(3);
    const rowY = m(5) * y + m(6) * z + m(7);
    const rowZ = m(9) * y + m(10) * z + m(11);
    for (let x = 0, i = row * nx; x < nx; x += 1, i += 1) {
      let qx = rowX + m00 * x;
      let qy = rowY + m10 * x;
      let qz = rowZ + m20 * x;
      if (displacement !== undefined) {
        const ux = displacement[0][i]!;
        const uy = displacement[1][i]!;
        const uz = displacement[2][i]!;
        qx += d00 * ux + d01 * uy + d02 * uz;
        qy += d10 * ux + d11 * uy + d12 * uz;
        qz += d20 * ux + d21 * uy + d22 * uz;
      }
      weight[i] =
        qx >= beginX && qy >= beginY && qz >= beginZ && qx <= endX && qy <= endY && qz <= endZ
          ? 1
          : of(qx, sx) * of(qy, sy) * of(qz, sz);
    }
  }
}

/** Share of the two neighbours along an axis that exists: falls from 1 to 0 within a voxel of the edge. */
function linearWeight(q: number, length: number): number {
  if (length === 1) return 1;
  return Math.max(0, Math.min(1, q + 1, length - q));
}

function cutWeight(q: number, length: number): number {
  return length === 1 || (q >= -0.5 && q <= length - 0.5) ? 1 : 0;
}
