import { identityMatrix, type MovingWorldFromFixedWorld, type Vec3 } from '../../imaging/frames';
import type { Grid } from '../../imaging/grid';
import type { NetworkDomain } from '../../runtime/api/data-kinds/network';
import type {
  ComputedImage,
  ComputedNetwork,
  ComputedTransform,
} from '../../runtime/api/nodes/computed-values';
import type { Doubt, LoweringProblem } from '../../runtime/api/nodes/lowering-problem';
import { gridAsked, learnedDomain, requireOneChannel } from './grid-asked';
import { smoothingSeen } from './grid-seen';

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
  for (const [port, image] of Object.entries({ fixed, moving })) {
    requireOneChannel(image, port, context);
  }
  if (initial?.displacementMm) {
    context.refuse({
      port: 'initial',
      message: 'A network starts from an affine transform; this one bends already.',
      remedy: 'Wire the affine stage alone.',
    });
  }
  const grid = gridAsked(network, fixed, { port: 'fixed', shown: 'the fixed image' }, context);
  return {
    domain: learnedDomain(network, context),
    grid,
    affine: initial?.affine ?? (identityMatrix as MovingWorldFromFixedWorld),
    smoothVoxels: {
      fixed: smoothingSeen(fixed.grid, grid),
      moving: smoothingSeen(moving.grid, grid),
    },
  };
}
