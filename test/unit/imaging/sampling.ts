import { applyMatrix, type Vec3 } from '../../../src/imaging/frames';
import { voxelFromWorld } from '../../../src/imaging/grid';
import type { NiftiImage } from '../../../src/imaging/nifti/read-nifti';

/** Trilinear sample of an image at a world point (mm), 0 outside the outermost voxel centres. */
export function sampleAtWorld(
  image: Pick<NiftiImage, 'grid' | 'values'>,
): (pointMm: Vec3) => number {
  const toVoxel = voxelFromWorld(image.grid);
  const [nx, ny, nz] = image.grid.sizeVoxels;
  return (pointMm) => {
    const [x, y, z] = applyMatrix(toVoxel, pointMm);
    if (x < 0 || y < 0 || z < 0 || x > nx - 1 || y > ny - 1 || z > nz - 1) return 0;
    const [x0, y0, z0] = [Math.floor(x), Math.floor(y), Math.floor(z)];
    let sum = 0;
    for (let corner = 0; corner < 8; corner += 1) {
      const [i, j, k] = [x0 + (corner & 1), y0 + ((corner >> 1) & 1), z0 + (corner >> 2)];
      const weight = (1 - Math.abs(x - i)) * (1 - Math.abs(y - j)) * (1 - Math.abs(z - k));
      if (weight > 0) sum += weight * image.values[i + nx * (j + ny * k)]!;
    }
    return sum;
  };
}

/** The first place where two arrays differ, or -1; much faster on images than a deep comparison. */
export function firstDifference(first: Float32Array, second: Float32Array): number {
  if (first.length !== second.length) return Math.min(first.length, second.length);
  return first.findIndex((value, i) => value !== second[i]);
}
