import { identityMatrix, type MovingWorldFromFixedWorld, type Vec3 } from '../../imaging/frames';
import type { Grid } from '../../imaging/grid';
import type { NetworkDomain } from '../../runtime/api/data-kinds/network';
import type {
  ComputedImage,
  ComputedNetwork,
  ComputedTransform,
} from '../../runtime/api/nodes/computed-values';
import type { Doubt, LoweringProblem } from '../../runtime/api/nodes/lowering-problem';
import { gridSeen, mostLeftOut, shareOutside, sizeMm, smoothingSeen } from './grid-seen';

/** A network that has learned, and two images that it is shown. */
interface ShownPair {
  readonly network: ComputedNetwork;
  readonly fixed: ComputedImage;
  readonly moving: ComputedImage;
  readonly initial: ComputedTransform | undefined;
}

/** How such a network sees two images. */
export interface PairSeen {
  readonly domain: NetworkDomain;
  /** In the fixed world. */
  readonly grid: Grid;
  /** From the fixed to the moving world before the network bends anything. */
  readonly affine: MovingWorldFromFixedWorld;
  /** Standard deviations of the Gaussians before the images are read there, voxels along the axes of each. */
  readonly smoothVoxels: { readonly fixed: Vec3; readonly moving: Vec3 };
}

/** Ports of whatever shows two images to a network that has learned. */
export const pairSeenPorts = {
  network: { type: 'network', doc: 'A network that has learned.' },
  fixed: { type: 'image', doc: 'The image that stays, one channel.' },
  moving: { type: 'image', doc: 'The image that is brought onto it, one channel.' },
  initial: {
    type: 'transform',
    optional: true,
    doc: 'Affine transform from fixed to moving, before the network bends anything.',
  },
} as const;

/** Where it sees them, or why it cannot; warns where much of the fixed image lies beyond. */
export function pairSeen(
  { network, fixed, moving, initial }: ShownPair,
  context: { refuse(problem: LoweringProblem): never; warn(doubt: Doubt): void },
): PairSeen {
  const { domain } = network;
  if (!domain || !network.weights) {
    return context.refuse({
      port: 'network',
      message: 'The network has not learned anything yet.',
      remedy: 'Wire it through Train, or load one that has learned (Load network).',
    });
  }
  for (const [port, image] of Object.entries({ fixed, moving })) {
    if (image.planes.length === 1) continue;
    context.refuse({
      port,
      message: `A network sees one channel; this image has ${image.planes.length}.`,
      remedy: 'Pick one of them (Pick channel).',
    });
  }
  if (initial?.displacementMm) {
    context.refuse({
      port: 'initial',
      message: 'A network starts from an affine transform; this one bends already.',
      remedy: 'Wire the affine stage alone.',
    });
  }
  const isSlice = domain.sizeVoxels[2] === 1;
  if (isSlice !== (fixed.grid.sizeVoxels[2] === 1)) {
    context.refuse({
      port: 'fixed',
      message: `The network has learned from ${isSlice ? 'slices' : 'volumes'}; this image is a ${isSlice ? 'volume' : 'slice'}.`,
      remedy: `Take a network that has learned from ${isSlice ? 'volumes' : 'slices'}.`,
    });
  }
  const { spacingMm } = domain;
  if (!spacingMm) {
    return context.refuse({
      port: 'network',
      message: 'The file of this network does not say how large its voxels are.',
      remedy: 'Set Spacing of Load network to that of the images that it learned from.',
    });
  }
  const grid = gridSeen(fixed.grid, domain.sizeVoxels, spacingMm);
  const outside = shareOutside(fixed, grid);
  if (outside > mostLeftOut) {
    context.warn({
      about: 'network-domain',
      port: 'fixed',
      message: `The network sees a box of ${sizeMm(grid)} mm; ${Math.round(100 * outside)} % of what the fixed image shows lies outside of it, where its edge goes on.`,
      remedy: 'Crop the image to what is registered, or take a network for a larger field of view.',
    });
  }
  return {
    domain,
    grid,
    affine: initial?.affine ?? (identityMatrix as MovingWorldFromFixedWorld),
    smoothVoxels: {
      fixed: smoothingSeen(fixed.grid, grid),
      moving: smoothingSeen(moving.grid, grid),
    },
  };
}
