import type { Vec3 } from '../frames';

/** Labels on a grid of its own size, one a voxel, x fastest; below 256. */
export interface LabelMap {
  readonly sizeVoxels: Vec3;
  readonly values: Uint8Array;
  /** Labels with the background, whether they occur or not. */
  readonly labelCount: number;
  /**
   * For each label, which tissue it is of: labels of one tissue are equally bright, as left and right are. Each label is of its own
   * tissue where this is left out.
   */
  readonly tissues?: readonly number[];
  /** True where the background is the outside of a body, and black. */
  readonly isBackgroundAir: boolean;
}
