import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { pointMap } from '../sample/point-map';
import type { SamplingNumbers } from '../sample/sample.cpu';

/**
 * The label with the largest sum of trilinear weights among the eight voxels around the point where
 * each target voxel lands; ties go to the smaller label. 0 where the point lies more than half a
 * voxel outside; within that, the edge goes on. Rows of the target are shared out.
 */
export function sampleByVote(
  labels: Uint32Array,
  displacement: readonly [FloatArray, FloatArray, FloatArray] | undefined,
  affine: FloatArray | undefined,
  value: Uint32Array,
  p: SamplingNumbers,
  share: Share,
): void {
  const map = pointMap(p, affine);
  const { nx, ny, sourceNx: sx, sourceNy: sy, sourceNz: sz } = p;
  const endX = sx - 0.5;
  const endY = sy - 0.5;
  const endZ = sz - 0.5;
  const corners = new Float64Array(8);
  const weights = new Float64Array(8);
  const [begin, end] = shareOf(ny * p.nz, share);
  for (let row = begin; row < end; row += 1) {
    const y = row % ny;
    const z = (row - y) / ny;
    const rowX = map[1]! * y + map[2]! * z + map[3]!;
    const rowY = map[5]! * y + map[6]! * z + map[7]!;
    const rowZ = map[9]! * y + map[10]! * z + map[11]!;
    for (let x = 0, i = row * nx; x < nx; x += 1, i += 1) {
      let qx = rowX + map[0]! * x;
      let qy = rowY + map[4]! * x;
      let qz = rowZ + map[8]! * x;
      if (displacement !== undefined) {
        const ux = displacement[0][i]!;
        const uy = displacement[1][i]!;
        const uz = displacement[2][i]!;
        qx += map[12]! * ux + map[13]! * uy + map[14]! * uz;
        qy += map[15]! * ux + map[16]! * uy + map[17]! * uz;
        qz += map[18]! * ux + map[19]! * uy + map[20]! * uz;
      }
      if (sx === 1) qx = 0;
      if (sy === 1) qy = 0;
      if (sz === 1) qz = 0;
      const isInside =
        qx >= -0.5 && qy >= -0.5 && qz >= -0.5 && qx <= endX && qy <= endY && qz <= endZ;
      if (!isInside) {
        value[i] = 0;
        continue;
      }
      qx = qx < 0 ? 0 : qx > sx - 1 ? sx - 1 : qx;
      qy = qy < 0 ? 0 : qy > sy - 1 ? sy - 1 : qy;
      qz = qz < 0 ? 0 : qz > sz - 1 ? sz - 1 : qz;
      const x0 = qx | 0;
      const y0 = qy | 0;
      const z0 = qz | 0;
      const stepX = x0 < sx - 1 ? 1 : 0;
      const stepY = y0 < sy - 1 ? sx : 0;
      const stepZ = z0 < sz - 1 ? sx * sy : 0;
      const first = x0 + sx * (y0 + sy * z0);
      const label = labels[first]!;
      let isUnanimous = true;
      for (let corner = 0; corner < 8; corner += 1) {
        const at =
          first +
          ((corner & 1) === 0 ? 0 : stepX) +
          ((corner & 2) === 0 ? 0 : stepY) +
          ((corner & 4) === 0 ? 0 : stepZ);
        corners[corner] = labels[at]!;
        if (corners[corner] !== label) isUnanimous = false;
      }
      if (isUnanimous) {
        value[i] = label;
        continue;
      }
      const fx = qx - x0;
      const fy = qy - y0;
      const fz = qz - z0;
      for (let corner = 0; corner < 8; corner += 1) {
        weights[corner] =
          ((corner & 1) === 0 ? 1 - fx : fx) *
          ((corner & 2) === 0 ? 1 - fy : fy) *
          ((corner & 4) === 0 ? 1 - fz : fz);
      }
      value[i] = labelOfMostWeight(corners, weights);
    }
  }
}

function labelOfMostWeight(labels: Float64Array, weights: Float64Array): number {
  let winner = 0;
  let most = 0;
  for (let candidate = 0; candidate < 8; candidate += 1) {
    const label = labels[candidate]!;
    let sum = 0;
    for (let corner = 0; corner < 8; corner += 1) {
      if (labels[corner] === label) sum += weights[corner]!;
    }
    if (sum > most || (sum === most && label < winner)) {
      winner = label;
      most = sum;
    }
  }
  return winner;
}
