import type { FloatArray } from '../define-kernel';

interface MomentNumbers {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
  readonly worldFromVoxel: readonly number[];
}

/** Mass, centre (mm) and covariance (mm²) of an image; intensities count from the lowest, if negative. */
export function imageMoments(image: FloatArray, value: FloatArray, p: MomentNumbers): void {
  let lowest = 0;
  for (let i = 0; i < image.length; i += 1) lowest = Math.min(lowest, image[i] as number);
  const w = p.worldFromVoxel;
  // About the grid's middle, so that a far origin costs no digits.
  const middle = [0, 1, 2].map(
    (row) =>
      ((w[row * 4] as number) * (p.nx - 1)) / 2 +
      ((w[row * 4 + 1] as number) * (p.ny - 1)) / 2 +
      ((w[row * 4 + 2] as number) * (p.nz - 1)) / 2 +
      (w[row * 4 + 3] as number),
  );
  let mass = 0;
  const first = new Float64Array(3);
  const second = new Float64Array(6);
  for (let z = 0, i = 0; z < p.nz; z += 1) {
    for (let y = 0; y < p.ny; y += 1) {
      for (let x = 0; x < p.nx; x += 1, i += 1) {
        const m = (image[i] as number) - lowest;
        if (m === 0) continue;
        const wx =
          (w[0] as number) * x +
          (w[1] as number) * y +
          (w[2] as number) * z +
          (w[3] as number) -
          (middle[0] as number);
        const wy =
          (w[4] as number) * x +
          (w[5] as number) * y +
          (w[6] as number) * z +
          (w[7] as number) -
          (middle[1] as number);
        const wz =
          (w[8] as number) * x +
          (w[9] as number) * y +
          (w[10] as number) * z +
          (w[11] as number) -
          (middle[2] as number);
        mass += m;
        first[0] = (first[0] as number) + m * wx;
        first[1] = (first[1] as number) + m * wy;
        first[2] = (first[2] as number) + m * wz;
        second[0] = (second[0] as number) + m * wx * wx;
        second[1] = (second[1] as number) + m * wx * wy;
        second[2] = (second[2] as number) + m * wx * wz;
        second[3] = (second[3] as number) + m * wy * wy;
        second[4] = (second[4] as number) + m * wy * wz;
        second[5] = (second[5] as number) + m * wz * wz;
      }
    }
  }
  // An empty image has its middle for a centre.
  const divisor = mass > 0 ? mass : 1;
  const centre = [0, 1, 2].map((axis) => (first[axis] as number) / divisor);
  value[0] = mass;
  for (let axis = 0; axis < 3; axis += 1) {
    value[1 + axis] = (centre[axis] as number) + (middle[axis] as number);
  }
  let place = 4;
  for (let row = 0, k = 0; row < 3; row += 1) {
    for (let column = row; column < 3; column += 1, k += 1, place += 1) {
      value[place] =
        (second[k] as number) / divisor - (centre[row] as number) * (centre[column] as number);
    }
  }
}
