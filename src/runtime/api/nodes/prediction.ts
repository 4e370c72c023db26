import type { MovingWorldFromFixedWorld, Vec3 } from '../../../imaging/frames';
import type { Grid } from '../../../imaging/grid';
import type { PlanesMm } from '../data-kinds/define-data-kind';
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

/** What a network answers: moving = affine · (x + displacement(x)). */
export interface Prediction {
  /** That of the request; of a network that predicts one map of the whole image after that map. */
  readonly affine: MovingWorldFromFixedWorld;
  /** On the grid of the fixed image. Absent where nothing bends. */
  readonly displacementMm?: PlanesMm;
  /** On the grid of the fixed image. Of a network that says where regularization counts more: by which factor at each voxel. */
  readonly localWeight?: Float32Array;
}

/** An image that a network is to give in another contrast. */
export interface TranslationRequest {
  readonly network: NetworkValue;
  readonly image: ImageToSee;
  /** The grid that the network sees, in the world of the image. */
  readonly domain: Grid;
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

/** What a network that gives features of an image is asked. */
export interface FeaturesRequest {
  readonly network: NetworkValue;
  readonly image: ComputedImage;
  /** The grid that the network sees, in the world of the image. */
  readonly domain: Grid;
  /** Standard deviations of the Gaussian before the image is read there, voxels along its axes. */
  readonly smoothVoxels: Vec3;
}

/** What an agent is followed from, and how far. */
export interface FollowRequest extends Omit<PredictionRequest, 'regularization'> {
  /** Where the moving image is read, before the agent moves it: the grid of the network, and as much more as it may move. */
  readonly reach: Grid;
  /** Walks: the first from how the images lie, others from motions within the range. */
  readonly rollOuts: number;
  readonly range: { readonly turnDegrees: number; readonly shiftMm: number };
  /** Of these motions. */
  readonly seed: number;
  /** Of a walk. */
  readonly mostSteps: number;
}

/** Where an agent led. */
export interface FollowedAgent {
  /** From the fixed to the moving world, that of the request included. */
  readonly affine: MovingWorldFromFixedWorld;
  /** Steps of the walk that counts. */
  readonly steps: number;
  /** What is left to gain at its end, in steps, as the agent thinks. */
  readonly left: number;
  /** Walks that came to rest, of all; 0 where the one that counts did not. */
  readonly settled: number;
  /** Of these, how many ended within two steps of the one that counts. */
  readonly agreeing: number;
}
