import { applyMatrix, type Matrix3x4, type Vec3 } from '../frames';
import type { Grid } from '../grid';
import { deriveSeed } from '../phantoms/random';
import { randomAffine } from './random-affine';
import type { AffineSettings, DeformationSettings } from './settings';
import { CoarseField } from './velocity';

/** A map from the voxels of an image to those of what it shows: a flow, then an affine map. */
export interface ImageMap {
  readonly flow: CoarseField;
  readonly inverseFlow: () => CoarseField;
  readonly affine: Matrix3x4;
}

/** Leaves every place where it is. */
export const identity: Matrix3x4 = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];

/** A random map for a grid, `turns` after all that is drawn. */
export function randomImageMap(
  grid: Grid,
  {
    deformation,
    affine,
  }: { readonly deformation: DeformationSettings; readonly affine: AffineSettings },
  turns: Matrix3x4,
  seed: number,
): ImageMap {
  const velocity = CoarseField.randomVelocity(grid.sizeVoxels, deformation, deriveSeed(seed, 1));
  return {
    flow: velocity.flow(1),
    inverseFlow: () => velocity.flow(-1),
    affine: after(turns, randomAffine(grid, affine, deriveSeed(seed, 2))),
  };
}

/** The map `second` after `first`. */
export function after(second: Matrix3x4, first: Matrix3x4): Matrix3x4 {
  const [a, b, c, d] = [0, 1, 2, 3].map((column) => {
    const v: Vec3 = [first[column]!, first[4 + column]!, first[8 + column]!];
    const moved = applyMatrix(second, v);
    const none = applyMatrix(second, [0, 0, 0]);
    return column === 3 ? moved : moved.map((value, row) => value - none[row]!);
  }) as unknown as readonly [Vec3, Vec3, Vec3, Vec3];
  // biome-ignore format: rows of a matrix
  return [
    a[0], b[0], c[0], d[0],
    a[1], b[1], c[1], d[1],
    a[2], b[2], c[2], d[2],
  ];
}
