import { defineKernel } from '../define-kernel';
import { reductionThreads, reductionWorkgroup } from '../reduction';
import { lnccCotangentsFixed } from './lncc.cpu';
import { correlationCotangents, sumCorrelations, sumsAndCotangents } from './lncc.simd';
import adjointSource from './lncc-adjoint.wgsl?raw';
import adjointFixedSource from './lncc-adjoint-fixed.wgsl?raw';
import partialsSource from './lncc-partials.wgsl?raw';
import bothSource from './lncc-partials-and-adjoint.wgsl?raw';

const parameters = { count: 'u32', epsilon: 'f32' } as const;
const weightedParameters = { ...parameters, weighted: 'u32' } as const;

/** Sums of the squared local correlation over chunks of the volume. */
export const lnccPartialsKernel = defineKernel({
  name: 'lncc-partials',
  bindings: {
    meanFixed: 'read',
    meanFixedSquared: 'read',
    meanWarped: 'read',
    meanWarpedSquared: 'read',
    meanProduct: 'read',
    weight: 'read?',
    partials: 'write',
  },
  parameters: weightedParameters,
  cpu: sumCorrelations,
  gpu: {
    source: partialsSource,
    threads: reductionThreads,
    workgroupSize: reductionWorkgroup,
  },
  cost: (p) => ({ bytes: (20 + 4 * p.weighted) * p.count, operations: 12 * p.count }),
});

/** In place over the means of W, W² and F·W, so that no more than eight buffers bind. */
export const lnccAdjointKernel = defineKernel({
  name: 'lncc-adjoint',
  bindings: {
    meanFixed: 'read',
    meanFixedSquared: 'read',
    meanWarped: 'update',
    meanWarpedSquared: 'update',
    meanProduct: 'update',
    weight: 'read?',
    cotangent: 'read',
  },
  parameters: weightedParameters,
  cpu: correlationCotangents,
  gpu: { source: adjointSource, threads: (p) => p.count },
  cost: (p) => ({ bytes: (32 + 4 * p.weighted) * p.count, operations: 20 * p.count }),
});

/** Both of these in one walk: the means are read once. */
export const lnccPartialsAndAdjointKernel = defineKernel({
  name: 'lncc-partials-and-adjoint',
  bindings: {
    meanFixed: 'read',
    meanFixedSquared: 'read',
    meanWarped: 'update',
    meanWarpedSquared: 'update',
    meanProduct: 'update',
    weight: 'read?',
    cotangent: 'read',
    partials: 'write',
  },
  parameters: weightedParameters,
  cpu: sumsAndCotangents,
  gpu: { source: bothSource, threads: reductionThreads, workgroupSize: reductionWorkgroup },
  cost: (p) => ({ bytes: (32 + 4 * p.weighted) * p.count, operations: 24 * p.count }),
});

/** Cotangents of the means of F and F². */
export const lnccAdjointFixedKernel = defineKernel({
  name: 'lncc-adjoint-fixed',
  bindings: {
    meanFixed: 'read',
    meanFixedSquared: 'read',
    meanWarped: 'read',
    meanWarpedSquared: 'read',
    meanProduct: 'read',
    cotangent: 'read',
    cotangentMean: 'write',
    cotangentMeanSquared: 'write',
  },
  parameters,
  cpu: (b, p, share) =>
    lnccCotangentsFixed(
      b.meanFixed,
      b.meanFixedSquared,
      b.meanWarped,
      b.meanWarpedSquared,
      b.meanProduct,
      b.cotangentMean,
      b.cotangentMeanSquared,
      -(b.cotangent[0] as number) / p.count,
      p.count,
      p.epsilon,
      share,
    ),
  gpu: { source: adjointFixedSource, threads: (p) => p.count },
  cost: (p) => ({ bytes: 28 * p.count, operations: 20 * p.count }),
});
