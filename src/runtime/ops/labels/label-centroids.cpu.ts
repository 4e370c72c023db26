import type { Matrix3x4 } from '../../../imaging/frames';
import type { FloatArray } from '../define-kernel';

/** Mean position of the voxels of each label, mm; 0 and not present where it has none. */
export function findCentroids(
  {
    labels,
    places,
    centroids,
    present,
  }: {
    readonly labels: Uint32Array;
    readonly places: FloatArray;
    readonly centroids: readonly [FloatArray, FloatArray, FloatArray];
    readonly present: FloatArray;
  },
  p: {
    readonly nx: number;
    readonly ny: number;
    readonly nz: number;
    readonly worldFromVoxel: readonly number[];
    readonly count: number;
  },
): void {
  const sums = [0, 1, 2, 3].map(() => new Float64Array(p.count)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let z = 0, i = 0; z < p.nz; z += 1) {
    for (let y = 0; y < p.ny; y += 1) {
      for (let x = 0; x < p.nx; x += 1, i += 1) {
        const place = places[labels[i] as number] ?? -1;
        if (place < 0) continue;
        sums[0][place]! += x;
        sums[1][place]! += y;
        sums[2][place]! += z;
        sums[3][place]! += 1;
      }
    }
  }
  const m = p.worldFromVoxel as unknown as Matrix3x4;
  for (let place = 0; place < p.count; place += 1) {
    const voxels = sums[3][place]!;
    present[place] = voxels > 0 ? 1 : 0;
    for (let row = 0; row < 3; row += 1) {
      const sum =
        m[4 * row]! * sums[0][place]! +
        m[4 * row + 1]! * sums[1][place]! +
        m[4 * row + 2]! * sums[2][place]!;
      centroids[row]![place] = voxels > 0 ? sum / voxels + m[4 * row + 3]! : 0;
    }
  }
}
