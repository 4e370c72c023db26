import type { BufferId } from '../../ir/kernel-graph';
import type { Emitter } from '../define-op';
import { reductionChunks } from '../reduction';
import {
  correlationPartialsKernel,
  imageSumsKernel,
  weightedMeansKernel,
} from './pair-moments.kernel';
import { sumPartialsKernel } from './sum-partials.kernel';

/** What `emitPairMoments` calls: the kernels of any op that does. */
export const pairMomentKernels = [
  imageSumsKernel,
  weightedMeansKernel,
  correlationPartialsKernel,
  sumPartialsKernel,
] as const;

/**
 * Means of both images, then variances of both and their covariance, in buffers of the op. With a weight
 * the means are weighted, its own mean ω̄ is the third, and the moments are ω̄ times the weighted ones.
 */
export function emitPairMoments(
  emitter: Emitter,
  fixed: readonly BufferId[],
  warped: readonly BufferId[],
  weight: readonly BufferId[] | undefined,
  count: number,
): { readonly means: BufferId; readonly moments: BufferId } {
  const chunks = reductionChunks(count);
  const partials = emitter.scratch(3 * chunks);
  const means = emitter.scratch(3);
  const weighted = weight === undefined ? 0 : 1;
  const moments = emitter.scratch(3);
  const sums = { count: chunks, factor: 1 / count };
  emitter.call(imageSumsKernel, { fixed, warped, weight, partials }, { count, weighted });
  emitter.call(
    sumPartialsKernel,
    { partials, total: means },
    { ...sums, quantities: 2 + weighted },
  );
  if (weight !== undefined) emitter.call(weightedMeansKernel, { means }, {});
  emitter.call(
    correlationPartialsKernel,
    { fixed, warped, weight, means, partials },
    { count, weighted },
  );
  emitter.call(sumPartialsKernel, { partials, total: moments }, { ...sums, quantities: 3 });
  return { means, moments };
}
