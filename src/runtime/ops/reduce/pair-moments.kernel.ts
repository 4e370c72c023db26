import { defineKernel, shareOf } from '../define-kernel';
import { chunkLength, reductionChunks, reductionThreads, reductionWorkgroup } from '../reduction';
import partialsSource from './correlation-partials.wgsl?raw';
import sumsSource from './image-sums.wgsl?raw';
import { correlationPartials, divideMeans, imageSumPartials } from './pair-moments.cpu';
import weightedMeansSource from './weighted-means.wgsl?raw';

type Three = [number, number, number];

/** Sums of both images over chunks of the volume; with a weight it comes third. */
export const imageSumsKernel = defineKernel({
  name: 'image-sums',
  bindings: { fixed: 'read', warped: 'read', weight: 'read?', partials: 'write' },
  parameters: { count: 'u32', weighted: 'u32' },
  cpu({ fixed, warped, weight, partials }, { count }, share, simd) {
    if (!simd || weight) {
      imageSumPartials(fixed, warped, weight, partials, count, share);
      return;
    }
    const [one, other, out] = [fixed, warped, partials].map(simd.addressOf) as Three;
    const chunks = reductionChunks(count);
    const ofShare = shareOf(chunks, share);
    simd.functions.imageSums(one, other, out, count, chunkLength(count), chunks, ...ofShare);
  },
  gpu: { source: sumsSource, threads: reductionThreads, workgroupSize: reductionWorkgroup },
  cost: (p) => ({
    bytes: (8 + 4 * p.weighted) * p.count,
    operations: (2 + 3 * p.weighted) * p.count,
  }),
});

/** Means of weighted images to weighted means of images, in place over the first two of three numbers. */
export const weightedMeansKernel = defineKernel({
  name: 'weighted-means',
  bindings: { means: 'update' },
  parameters: {},
  sharedAmongThreads: false,
  cpu: (b) => divideMeans(b.means),
  gpu: { source: weightedMeansSource, threads: () => 1, workgroupSize: 1 },
  cost: () => ({ bytes: 20, operations: 2 }),
});

/** Sums of f², w² and f·w over chunks, f and w being the images less their means. */
export const correlationPartialsKernel = defineKernel({
  name: 'correlation-partials',
  bindings: { fixed: 'read', warped: 'read', weight: 'read?', means: 'read', partials: 'write' },
  parameters: { count: 'u32', weighted: 'u32' },
  cpu: (b, p, share) =>
    correlationPartials(b.fixed, b.warped, b.weight, b.means, b.partials, p.count, share),
  gpu: { source: partialsSource, threads: reductionThreads, workgroupSize: reductionWorkgroup },
  cost: (p) => ({ bytes: (8 + 4 * p.weighted) * p.count, operations: (8 + p.weighted) * p.count }),
});
