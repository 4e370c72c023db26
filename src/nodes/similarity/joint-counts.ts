import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import {
  choiceParameter,
  integerParameter,
  numberParameter,
} from '../../runtime/api/nodes/parameters';
import type { ComparedChannel, Domain, Sampling } from '../../runtime/api/nodes/port-values';

/** Parameter of what counts intensities in bins. */
export const binsParameter = (initial: number) =>
  integerParameter({
    title: 'Bins',
    help: 'Bins of intensity in each image: more tells finer greys apart and needs more voxels.',
    default: initial,
    min: 4,
    max: 64,
  });

/** Parameter of how a voxel is spread over the bins. */
export const parzenParameter = () =>
  choiceParameter({
    title: 'Window',
    help: 'How a voxel is spread over the bins: a cubic B-spline, or a Gaussian of half a bin.',
    choices: ['bspline', 'gaussian'],
    default: 'bspline',
  });

/** Parameters of what may be counted at some of the voxels alone. */
export const samplingParameters = () => ({
  sampledShare: numberParameter({
    title: 'Sampled share',
    help: 'Share of a level’s voxels that is looked at, drawn anew in each iteration, but at least 2048; 1 looks at all, less is faster and noisier.',
    default: 1,
    min: 0.0001,
    max: 1,
  }),
  seed: integerParameter({
    title: 'Seed',
    help: 'Another number draws other voxels; the same one draws the same.',
    default: 1,
    min: 0,
    max: 2 ** 31 - 1,
    advanced: true,
  }),
});

/** What these parameters say of a similarity. */
export function samplingOf({
  sampledShare,
  seed,
}: {
  readonly sampledShare: number;
  readonly seed: number;
}): { readonly sampling?: Sampling } {
  return sampledShare < 1 ? { sampling: { fraction: sampledShare, seed } } : {};
}

/**
 * The joint histogram of a channel of two images, bins × bins scalars whose sum is the mean weight, and the ranges
 * of both: those of the images as they lie, since bins must not shift as they move.
 */
export function countJointly(
  b: Builder,
  { fixed, warped, fixedUnmoved, moving }: ComparedChannel,
  { weight }: Domain,
  attributes: { readonly bins: number; readonly window: 'bspline' | 'gaussian' },
): ValueId {
  const fixedRange = b.intensityRange({ image: fixedUnmoved });
  const warpedRange = b.intensityRange({ image: moving });
  return b.jointHistogram({ fixed, warped, fixedRange, warpedRange, weight }, attributes);
}
