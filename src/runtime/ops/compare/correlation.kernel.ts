import { defineKernel } from '../define-kernel';
import { correlationCotangents, correlationOf } from './correlation.cpu';
import adjointSource from './correlation-adjoint.wgsl?raw';
import lossSource from './correlation-loss.wgsl?raw';

/** loss = −[ω̄ ·] ncc, from means and (co)variances. */
export const correlationLossKernel = defineKernel({
  name: 'correlation-loss',
  bindings: { means: 'read', moments: 'read', loss: 'write' },
  parameters: { weighted: 'u32' },
  sharedAmongThreads: false,
  cpu(b, p) {
    const counted = p.weighted ? (b.means[2] as number) : 1;
    b.loss[0] = -counted * correlationOf(b.means, b.moments);
  },
  gpu: { source: lossSource, threads: () => 1, workgroupSize: 1 },
  cost: () => ({ bytes: 16, operations: 4 }),
});

/** Cotangent of the warped image for loss = −[ω̄ ·] ncc. */
export const correlationAdjointKernel = defineKernel({
  name: 'correlation-adjoint',
  bindings: {
    fixed: 'read',
    warped: 'read',
    weight: 'read?',
    means: 'read',
    moments: 'read',
    cotangent: 'read',
    warpedCotangent: 'write',
  },
  parameters: { count: 'u32', weighted: 'u32' },
  cpu: (b, p, share) =>
    correlationCotangents(
      b.fixed,
      b.warped,
      b.weight,
      b.means,
      b.moments,
      b.cotangent[0] as number,
      b.warpedCotangent,
      p.count,
      share,
    ),
  gpu: { source: adjointSource, threads: (p) => p.count },
  cost: (p) => ({ bytes: (12 + 4 * p.weighted) * p.count, operations: (5 + p.weighted) * p.count }),
});
