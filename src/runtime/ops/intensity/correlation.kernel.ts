import { defineKernel } from '../define-kernel';
import { reductionThreads, reductionWorkgroup } from '../reduction';
import adjointSource from './correlation-adjoint.wgsl?raw';
import lossSource from './correlation-loss.wgsl?raw';
import partialsSource from './correlation-partials.wgsl?raw';
import sumsSource from './image-sums.wgsl?raw';
import {
  correlationCotangents,
  correlationOf,
  correlationPartials,
  imageSumPartials,
} from './intensity.cpu';

/** Sums of both images over chunks of the volume. */
export const imageSumsKernel = defineKernel({
  name: 'image-sums',
  bindings: { fixed: 'read', warped: 'read', partials: 'write' },
  parameters: { count: 'u32' },
  cpu: (b, p, share) => imageSumPartials(b.fixed, b.warped, b.partials, p.count, share),
  gpu: { source: sumsSource, threads: reductionThreads, workgroupSize: reductionWorkgroup },
  cost: (p) => ({ bytes: 8 * p.count, operations: 2 * p.count }),
});

/** Sums of f², w² and f·w over chunks, f and w being the images less their means. */
export const correlationPartialsKernel = defineKernel({
  name: 'correlation-partials',
  bindings: { fixed: 'read', warped: 'read', means: 'read', partials: 'write' },
  parameters: { count: 'u32' },
  cpu: (b, p, share) => correlationPartials(b.fixed, b.warped, b.means, b.partials, p.count, share),
  gpu: { source: partialsSource, threads: reductionThreads, workgroupSize: reductionWorkgroup },
  cost: (p) => ({ bytes: 8 * p.count, operations: 8 * p.count }),
});

/** loss = −ncc, from means and (co)variances. */
export const correlationLossKernel = defineKernel({
  name: 'correlation-loss',
  bindings: { means: 'read', moments: 'read', loss: 'write' },
  parameters: {},
  sharedAmongThreads: false,
  cpu(b) {
    b.loss[0] = -correlationOf(b.means, b.moments);
  },
  gpu: { source: lossSource, threads: () => 1, workgroupSize: 1 },
  cost: () => ({ bytes: 16, operations: 4 }),
});

/** Cotangent of the warped image for loss = −ncc. */
export const correlationAdjointKernel = defineKernel({
  name: 'correlation-adjoint',
  bindings: {
    fixed: 'read',
    warped: 'read',
    means: 'read',
    moments: 'read',
    cotangent: 'read',
    warpedCotangent: 'write',
  },
  parameters: { count: 'u32' },
  cpu: (b, p, share) =>
    correlationCotangents(
      b.fixed,
      b.warped,
      b.means,
      b.moments,
      b.cotangent[0] as number,
      b.warpedCotangent,
      p.count,
      share,
    ),
  gpu: { source: adjointSource, threads: (p) => p.count },
  cost: (p) => ({ bytes: 12 * p.count, operations: 5 * p.count }),
});
