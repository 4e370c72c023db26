import type { MovingWorldFromFixedWorld, Vec3 } from '../../../imaging/frames';
import type { Grid } from '../../../imaging/grid';
import type { ComputedImage } from '../data-kinds/image';
import type { NetworkValue } from '../data-kinds/network';

/** What a network is asked. */
export interface PredictionRequest {
  readonly network: NetworkValue;
  readonly fixed: ComputedImage;
  readonly moving: ComputedImage;
  /** From the fixed to the moving world before the network bends anything. */
  readonly affine: MovingWorldFromFixedWorld;
  /** The grid that the network sees, in the fixed world. */
  readonly domain: Grid;
  /** Standard deviations of the Gaussians before the images are read there, voxels along the axes of each. */
  readonly smoothVoxels: { readonly fixed: Vec3; readonly moving: Vec3 };
  /** How much regularization counts, 0 to 1; networks that are not told of it do not look at it. */
  readonly regularization: number;
}

/** An image that a network is to see. */
export interface ImageToSee {
  /** Of which the first channel is taken. */
  readonly image: ComputedImage;
  /** From the world of the network's grid to that of the image, where they differ. */
  readonly affine?: MovingWorldFromFixedWorld;
  /** Standard deviations of the Gaussian before it is read, voxels along its axes. */
  readonly smoothVoxels: Vec3;
}
