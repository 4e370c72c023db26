import type { Matrix3x4 } from '../../../imaging/frames';
import { type Grid, spacingMm, voxelCount } from '../../../imaging/grid';

/** An image that an agent moves; it may reach beyond what the agent sees. */
export interface MovedImage {
  readonly plane: Float32Array;
  /** With the axes, the spacing and the middle of the grid that is seen. */
  readonly sizeVoxels: Grid['sizeVoxels'];
}

/**
 * An image read linearly at M(x) for each place x of a grid, 0 beyond its border: on the host, since an agent looks at a
 * small image after every step.
 * @param motion M, about the middle of both, mm along the grid's own axes
 */
export function movedImage(
  grid: Grid,
  { plane, sizeVoxels: [nx, ny, nz] }: MovedImage,
  motion: Matrix3x4,
): Float32Array {
  const [ex, ey, ez] = spacingMm(grid);
  const [sx, sy, sz] = grid.sizeVoxels;
  const [a, b, c, tx, d, e, f, ty, g, h, i, tz] = motion;
  const moved = new Float32Array(voxelCount(grid));
  const at = (x: number, y: number, z: number): number =>
    x < 0 || y < 0 || z < 0 || x >= nx || y >= ny || z >= nz
      ? 0
      : (plane[x + nx * (y + ny * z)] as number);
  let index = 0;
  for (let z = 0; z < sz; z += 1) {
    const w = (z - (sz - 1) / 2) * ez;
    for (let y = 0; y < sy; y += 1) {
      const v = (y - (sy - 1) / 2) * ey;
      for (let x = 0; x < sx; x += 1, index += 1) {
        const u = (x - (sx - 1) / 2) * ex;
        const X = (a * u + b * v + c * w + tx) / ex + (nx - 1) / 2;
        const Y = (d * u + e * v + f * w + ty) / ey + (ny - 1) / 2;
        const Z = nz === 1 ? 0 : (g * u + h * v + i * w + tz) / ez + (nz - 1) / 2;
        const [x0, y0, z0] = [Math.floor(X), Math.floor(Y), Math.floor(Z)];
        const [p, q, r] = [X - x0, Y - y0, Z - z0];
        let value =
          (1 - q) * ((1 - p) * at(x0, y0, z0) + p * at(x0 + 1, y0, z0)) +
          q * ((1 - p) * at(x0, y0 + 1, z0) + p * at(x0 + 1, y0 + 1, z0));
        if (r > 0) {
          const above =
            (1 - q) * ((1 - p) * at(x0, y0, z0 + 1) + p * at(x0 + 1, y0, z0 + 1)) +
            q * ((1 - p) * at(x0, y0 + 1, z0 + 1) + p * at(x0 + 1, y0 + 1, z0 + 1));
          value = (1 - r) * value + r * above;
        }
        moved[index] = value;
      }
    }
  }
  return moved;
}
