import { z } from 'zod';
import type { Vec3 } from '../../imaging/frames';
import { type Grid, sameGrid, spacingMm } from '../../imaging/grid';
import { defineComputedNode } from '../../runtime/api/nodes/define-computed-node';
import { numberParameter } from '../../runtime/api/nodes/parameters';
import { gridPadded } from '../shared/new-grids';

export const cropToMask = defineComputedNode({
  type: 'prepare.crop-to-mask',
  version: 1,
  title: 'Crop to mask',
  section: 'prepare',
  synonyms: [
    'bounding box',
    'foreground',
    'trim',
    'CropForeground',
    'autobox',
    'ROI',
    'field of view',
  ],
  documentation: {
    summary: 'Cuts an image to the box of a mask, with a margin, without moving the rest.',
    details: `With a Foreground mask it cuts empty air away, with a loaded mask it looks at one organ: less memory, less time, and a middle that is that of
the body. What remains keeps its numbers and its place in the world, so that transforms found on it hold for the whole image.

The margin is rounded up to whole voxels and ends at the image. Leave some, so that the fixed and the moving body may differ in size. The mask has to lie on the
grid of the image; an empty one is refused.

How large the result is, only the voxels say: what comes after this node is planned once it has run.`,
  },
  params: z.object({
    marginMm: numberParameter({
      title: 'Margin',
      help: 'What is left around the mask at each end of each axis.',
      unit: 'mm',
      default: 10,
      min: 0,
      max: 1000,
    }),
  }),
  inputs: {
    image: { type: 'image', doc: 'Any image.' },
    mask: { type: 'mask', doc: 'What is to be kept, on the same grid.' },
  },
  outputs: { image: { type: 'image', doc: 'The image on the smaller field.' } },
  async compute({ image, mask }, { marginMm }, context) {
    if (!sameGrid(image.grid, mask.grid)) {
      return context.refuse({
        port: 'mask',
        message: 'The mask lies on another grid than the image.',
        remedy: 'Make it of this image with Foreground mask, or resample the image first.',
      });
    }
    const box = boxOf(mask.values, image.grid);
    if (!box) {
      return context.refuse({
        port: 'mask',
        message: 'The mask is empty: nothing would be left.',
        remedy: 'Look at the mask; of Foreground mask try the other side of the threshold.',
      });
    }
    const size = image.grid.sizeVoxels;
    const margins = spacingMm(image.grid).map((edge) => Math.ceil(marginMm / edge - 1e-6));
    const low = box.low.map((first, axis) => Math.max(0, first - (margins[axis] ?? 0)));
    const high = box.high.map((last, axis) =>
      Math.min((size[axis] ?? 1) - 1, last + (margins[axis] ?? 0)),
    );
    const before = low.map((first) => 0 - first) as unknown as Vec3;
    const after = high.map((last, axis) => last - (size[axis] ?? 1) + 1) as unknown as Vec3;
    const grid = gridPadded(image.grid, before, after);
    const planes = image.planes.map((plane) => cut(plane, image.grid, low, grid));
    return { image: { kind: 'image', grid, planes } };
  },
});

/** First and last voxel of what is inside along each axis; undefined where nothing is. */
function boxOf(
  values: Float32Array,
  { sizeVoxels: [nx, ny, nz] }: Grid,
): { readonly low: readonly number[]; readonly high: readonly number[] } | undefined {
  let [x0, y0, z0, x1, y1, z1] = [nx, ny, nz, -1, -1, -1];
  for (let z = 0, i = 0; z < nz; z += 1) {
    for (let y = 0; y < ny; y += 1) {
      for (let x = 0; x < nx; x += 1, i += 1) {
        if (values[i] === 0) continue;
        x0 = Math.min(x0, x);
        x1 = Math.max(x1, x);
        y0 = Math.min(y0, y);
        y1 = Math.max(y1, y);
        z0 = Math.min(z0, z);
        z1 = z;
      }
    }
  }
  return x1 < 0 ? undefined : { low: [x0, y0, z0], high: [x1, y1, z1] };
}

/** The voxels of a smaller grid of the same lattice, the first of which is `low`. */
function cut(plane: Float32Array, from: Grid, low: readonly number[], to: Grid): Float32Array {
  const [nx, ny] = from.sizeVoxels;
  const [mx, my, mz] = to.sizeVoxels;
  const [x0 = 0, y0 = 0, z0 = 0] = low;
  const values = new Float32Array(mx * my * mz);
  for (let z = 0; z < mz; z += 1) {
    for (let y = 0; y < my; y += 1) {
      const first = x0 + nx * (y0 + y + ny * (z0 + z));
      values.set(plane.subarray(first, first + mx), mx * (y + my * z));
    }
  }
  return values;
}
