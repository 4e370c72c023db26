import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { pointMap } from '../sample/point-map';
import type { SamplingNumbers } from '../sample/sample.cpu';

/** Voxels along every axis at which the Gaussian of one voxel is cut. */
const cutoffVoxels = 2.5;
/** Parts of the largest sum by which another may be smaller and still tie: both devices then agree. */
const tie = 1e-5;

/**
 * The label with the largest sum of exp(−d²/2) among the voxels less than 2.5 voxels along every axis from the point
 * where each target voxel lands, d in voxels of the source; ties go to the smaller label. Voxels that are not there do
 * not vote. 0 where the point lies more than half a voxel outside. Rows of the target are shared out.
 */
export function sampleByGaussian(
  labels: Uint32Array,
  displacement: readonly [FloatArray, FloatArray, FloatArray] | undefined,
  affine: FloatArray | undefined,
  value: Uint32Array,
  p: SamplingNumbers,
  share: Share,
): void {
  const map = pointMap(p, affine);
  const { nx, ny } = p;
  const size = [p.sourceNx, p.sourceNy, p.sourceNz] as const;
  const point = new Float64Array(3);
  const vote = gaussianVote(labels, size);
  const [begin, end] = shareOf(ny * p.nz, share);
  for (let row = begin; row < end; row += 1) {
    const y = row % ny;
    const z = (row - y) / ny;
    for (let x = 0, i = row * nx; x < nx; x += 1, i += 1) {
      const ux = displacement === undefined ? 0 : displacement[0][i]!;
      const uy = displacement === undefined ? 0 : displacement[1][i]!;
      const uz = displacement === undefined ? 0 : displacement[2][i]!;
      let isInside = true;
      for (let axis = 0; axis < 3; axis += 1) {
        const m = 4 * axis;
        const d = 12 + 3 * axis;
        const landed = map[m]! * x + map[m + 1]! * y + map[m + 2]! * z + map[m + 3]!;
        const moved = landed + map[d]! * ux + map[d + 1]! * uy + map[d + 2]! * uz;
        point[axis] = size[axis] === 1 ? 0 : moved;
        if (!(point[axis]! >= -0.5 && point[axis]! <= size[axis]! - 0.5)) isInside = false;
      }
      value[i] = isInside ? vote(point) : 0;
    }
  }
}

/** Gives the label that wins at a point inside of the map, in voxels. */
function gaussianVote(
  labels: Uint32Array,
  [sx, sy, sz]: readonly [number, number, number],
): (point: Float64Array) => number {
  const alongX = new Float64Array(5);
  const met = new Float64Array(125);
  const sums = new Float64Array(125);
  return (point) => {
    const [qx, qy, qz] = [point[0]!, point[1]!, point[2]!];
    const [lowX, highX] = [firstVoxel(qx), lastVoxel(qx, sx)];
    const [lowY, highY] = [firstVoxel(qy), lastVoxel(qy, sy)];
    const [lowZ, highZ] = [firstVoxel(qz), lastVoxel(qz, sz)];
    for (let x = lowX; x <= highX; x += 1) alongX[x - lowX] = weightAlong(x - qx);
    let count = 0;
    let at = 0;
    for (let z = lowZ; z <= highZ; z += 1) {
      const weightZ = weightAlong(z - qz);
      for (let y = lowY; y <= highY; y += 1) {
        const weightRow = weightZ * weightAlong(y - qy);
        const row = sx * (y + sy * z);
        for (let x = lowX; x <= highX; x += 1) {
          const label = labels[row + x]!;
          if (count === 0 || met[at] !== label) {
            at = 0;
            while (at < count && met[at] !== label) at += 1;
            if (at === count) {
              met[at] = label;
              sums[at] = 0;
              count += 1;
            }
          }
          sums[at] = sums[at]! + weightRow * alongX[x - lowX]!;
        }
      }
    }
    let most = 0;
    for (let k = 0; k < count; k += 1) most = Math.max(most, sums[k]!);
    let winner = Number.POSITIVE_INFINITY;
    for (let k = 0; k < count; k += 1) {
      if (sums[k]! >= most * (1 - tie)) winner = Math.min(winner, met[k]!);
    }
    return winner;
  };
}

const weightAlong = (distance: number): number =>
  Math.abs(distance) < cutoffVoxels ? Math.exp(-0.5 * distance * distance) : 0;

const firstVoxel = (q: number): number => Math.max(Math.floor(q + 0.5) - 2, 0);

const lastVoxel = (q: number, count: number): number =>
  Math.min(Math.floor(q + 0.5) + 2, count - 1);
