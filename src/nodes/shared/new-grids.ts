import {
  type Matrix3x4,
  multiplyMatrices,
  type Vec3,
  type WorldFromVoxel,
} from '../../imaging/frames';
import { type Grid, spacingMm } from '../../imaging/grid';

/** More voxels are no grid that a plan could take. */
export const mostVoxels = 2 ** 30;

/** A grid of other voxels about the same middle: edges of `wantedMm` along its axes, 0 to leave an axis as it is. */
export function gridWithSpacing(grid: Grid, wantedMm: Vec3): Grid {
  const spacing = spacingMm(grid);
  const scales = spacing.map((edge, axis) => {
    const wanted = wantedMm[axis] ?? 0;
    return wanted === 0 || grid.sizeVoxels[axis] === 1 ? 1 : wanted / edge;
  }) as unknown as Vec3;
  const sizeVoxels = grid.sizeVoxels.map((n, axis) =>
    Math.max(1, Math.round(n / (scales[axis] ?? 1))),
  ) as unknown as Vec3;
  const firsts = sizeVoxels.map(
    (n, axis) => ((grid.sizeVoxels[axis] ?? 1) - 1 - (n - 1) * (scales[axis] ?? 1)) / 2,
  ) as unknown as Vec3;
  // biome-ignore format: rows of a matrix
  const oldFromNew: Matrix3x4 = [
    scales[0], 0, 0, firsts[0],
    0, scales[1], 0, firsts[1],
    0, 0, scales[2], firsts[2],
  ];
  return gridBy(grid, oldFromNew, sizeVoxels);
}

/** A grid of the same lattice with voxels added (or, negative, taken away) before and after each axis. */
export function gridPadded(grid: Grid, before: Vec3, after: Vec3): Grid {
  const sizeVoxels = grid.sizeVoxels.map(
    (n, axis) => n + (before[axis] ?? 0) + (after[axis] ?? 0),
  ) as unknown as Vec3;
  // biome-ignore format: rows of a matrix
  const oldFromNew: Matrix3x4 = [
    1, 0, 0, -before[0],
    0, 1, 0, -before[1],
    0, 0, 1, -before[2],
  ];
  return gridBy(grid, oldFromNew, sizeVoxels);
}

/** The voxels in another order: each axis along the axis of the world that the code names, such as `LPS`. */
export function gridAlong(grid: Grid, code: string): Grid {
  const m = grid.worldFromVoxel;
  const spacing = spacingMm(grid);
  const cosine = (world: number, voxel: number) =>
    (m[4 * world + voxel] ?? 0) / (spacing[voxel] ?? 1);
  const places = [...code].map((letter) => {
    const world = ['RL', 'AP', 'SI'].findIndex((pair) => pair.includes(letter));
    return { world, sign: 'RAS'.includes(letter) ? 1 : -1 };
  });
  // The order in which old axes lie closest to what the new ones are called.
  const orders: readonly Vec3[] = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ];
  const closeness = (order: Vec3) =>
    places.reduce((sum, { world }, axis) => sum + Math.abs(cosine(world, order[axis] ?? 0)), 0);
  const order = orders.reduce((best, one) =>
    closeness(one) > closeness(best) + 1e-9 ? one : best,
  );
  const oldFromNew = new Array<number>(12).fill(0);
  places.forEach(({ world, sign }, axis) => {
    const old = order[axis] ?? 0;
    const isFlipped = cosine(world, old) * sign < 0;
    oldFromNew[4 * old + axis] = isFlipped ? -1 : 1;
    oldFromNew[4 * old + 3] = isFlipped ? (grid.sizeVoxels[old] ?? 1) - 1 : 0;
  });
  const sizeVoxels = order.map((old) => grid.sizeVoxels[old] ?? 1) as unknown as Vec3;
  return gridBy(grid, oldFromNew as unknown as Matrix3x4, sizeVoxels);
}

/** Half the spacing of a grid against that of an image, in voxels of the image along its axes; 0 where it is not coarser. */
export function smoothingFor(image: Grid, coarser: Grid, perSpacing: number): Vec3 {
  const spacing = spacingMm(image);
  const others = spacingMm(coarser);
  return spacing.map((edge, axis) => {
    const along = others.reduce((sum, other, column) => {
      const dot = [0, 1, 2].reduce(
        (product, row) =>
          product +
          ((image.worldFromVoxel[4 * row + axis] ?? 0) / edge) *
            ((coarser.worldFromVoxel[4 * row + column] ?? 0) / other),
        0,
      );
      // Squared cosines of an orthogonal grid sum to 1.
      return coarser.sizeVoxels[column] === 1 ? sum : sum + dot * dot * other;
    }, 0);
    return along / edge > 1 + 1e-6 && image.sizeVoxels[axis] !== 1
      ? (perSpacing * along) / edge
      : 0;
  }) as unknown as Vec3;
}

function gridBy(grid: Grid, oldFromNew: Matrix3x4, sizeVoxels: Vec3): Grid {
  const worldFromVoxel = multiplyMatrices(grid.worldFromVoxel, oldFromNew) as WorldFromVoxel;
  return { sizeVoxels, worldFromVoxel };
}
