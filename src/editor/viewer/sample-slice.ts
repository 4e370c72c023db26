import { applyMatrix, invertMatrix, type Vec3 } from '../../imaging/frames';
import type { VolumeData } from '../../runtime/api/engine/engine-api';
import type { SliceView } from './slice-geometry';

/** The pixels of a pane in voxels of the volume that is sampled. */
type VoxelRaster = Pick<SliceView, 'originVoxel' | 'acrossVoxel' | 'downVoxel'>;

/**
 * Fills `out` (row by row) with the volume's values under the pixels; NaN outside of it. Along axes
 * of one voxel the volume is taken to go on for ever, so that a 2-D image is seen on any plane.
 */
export function sampleSlice(
  volume: VolumeData,
  raster: VoxelRaster,
  widthPixels: number,
  heightPixels: number,
  isInterpolated: boolean,
  out: Float32Array,
): void {
  const { values, sizeVoxels } = volume;
  const [nx, ny, nz] = sizeVoxels;
  const plane = nx * ny;
  const { originVoxel: origin, acrossVoxel: across, downVoxel: down } = raster;
  for (let row = 0; row < heightPixels; row += 1) {
    let x = origin[0] + row * down[0];
    let y = origin[1] + row * down[1];
    let z = origin[2] + row * down[2];
    for (let column = 0; column < widthPixels; column += 1) {
      const at = row * widthPixels + column;
      const px = nx === 1 ? 0 : x;
      const py = ny === 1 ? 0 : y;
      const pz = nz === 1 ? 0 : z;
      x += across[0];
      y += across[1];
      z += across[2];
      const isOutside =
        px < -0.5 || py < -0.5 || pz < -0.5 || px >= nx - 0.5 || py >= ny - 0.5 || pz >= nz - 0.5;
      if (isOutside) {
        out[at] = Number.NaN;
        continue;
      }
      if (!isInterpolated) {
        out[at] =
          values[Math.round(px) + nx * Math.round(py) + plane * Math.round(pz)] ?? Number.NaN;
        continue;
      }
      const x0 = px <= 0 ? 0 : px >= nx - 1 ? nx - 1 : Math.floor(px);
      const y0 = py <= 0 ? 0 : py >= ny - 1 ? ny - 1 : Math.floor(py);
      const z0 = pz <= 0 ? 0 : pz >= nz - 1 ? nz - 1 : Math.floor(pz);
      const stepX = x0 < nx - 1 ? 1 : 0;
      const stepY = y0 < ny - 1 ? nx : 0;
      const stepZ = z0 < nz - 1 ? plane : 0;
      const fx = stepX === 0 || px < 0 ? 0 : px - x0;
      const fy = stepY === 0 || py < 0 ? 0 : py - y0;
      const fz = stepZ === 0 || pz < 0 ? 0 : pz - z0;
      const base = x0 + nx * y0 + plane * z0;
      const near = bilinear(values, base, stepX, stepY, fx, fy);
      out[at] =
        fz === 0 ? near : near + fz * (bilinear(values, base + stepZ, stepX, stepY, fx, fy) - near);
    }
  }
}

function bilinear(
  values: Float32Array,
  base: number,
  stepX: number,
  stepY: number,
  fx: number,
  fy: number,
): number {
  const a = values[base] ?? 0;
  const b = values[base + stepX] ?? 0;
  const c = values[base + stepY] ?? 0;
  const d = values[base + stepX + stepY] ?? 0;
  const top = a + fx * (b - a);
  return top + fy * (c + fx * (d - c) - top);
}

/** A volume's value in each channel at a world point, and the voxel that holds it; undefined outside. */
export function valueAt(
  volume: VolumeData,
  pointMm: Vec3,
): { readonly voxel: Vec3; readonly values: readonly number[] } | undefined {
  const found = applyMatrix(invertMatrix(volume.worldFromVoxel), pointMm);
  const voxel = found.map((part, axis) =>
    volume.sizeVoxels[axis] === 1 ? 0 : Math.round(part),
  ) as unknown as Vec3;
  const isInside = voxel.every((part, axis) => part >= 0 && part < (volume.sizeVoxels[axis] ?? 0));
  if (!isInside) return undefined;
  const [nx, ny, nz] = volume.sizeVoxels;
  const at = voxel[0] + nx * (voxel[1] + ny * voxel[2]);
  const values = Array.from(
    { length: volume.channels },
    (_, channel) => volume.values[at + channel * nx * ny * nz] ?? Number.NaN,
  );
  return { voxel, values };
}
