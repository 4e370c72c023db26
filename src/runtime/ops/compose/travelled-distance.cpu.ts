import { type FloatArray, type Share, shareOf } from '../define-kernel';

interface TravelNumbers {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
  readonly worldFromTarget: readonly number[];
}

/** distance = |A·(x + u(x)) − x| for the voxels of a grid. Rows are shared out. */
export function travelledDistances(
  displacement: readonly [FloatArray, FloatArray, FloatArray] | undefined,
  affine: FloatArray | undefined,
  distance: FloatArray,
  { nx, ny, nz, worldFromTarget: w }: TravelNumbers,
  share: Share,
): void {
  const a = affine ?? Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0);
  const [begin, end] = shareOf(ny * nz, share);
  for (let row = begin; row < end; row += 1) {
    const y = row % ny;
    const z = (row - y) / ny;
    for (let x = 0, i = row * nx; x < nx; x += 1, i += 1) {
      const px = w[0]! * x + w[1]! * y + w[2]! * z + w[3]!;
      const py = w[4]! * x + w[5]! * y + w[6]! * z + w[7]!;
      const pz = w[8]! * x + w[9]! * y + w[10]! * z + w[11]!;
      const qx = px + (displacement?.[0][i] ?? 0);
      const qy = py + (displacement?.[1][i] ?? 0);
      const qz = pz + (displacement?.[2][i] ?? 0);
      distance[i] = Math.sqrt(
        (a[0]! * qx + a[1]! * qy + a[2]! * qz + a[3]! - px) ** 2 +
          (a[4]! * qx + a[5]! * qy + a[6]! * qz + a[7]! - py) ** 2 +
          (a[8]! * qx + a[9]! * qy + a[10]! * qz + a[11]! - pz) ** 2,
      );
    }
  }
}
