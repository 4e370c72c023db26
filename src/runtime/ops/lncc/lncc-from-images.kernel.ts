import type { Simd } from '../../simd/simd';
import {
  type BoundBuffers,
  type BoundParameters,
  defineKernel,
  type Share,
} from '../define-kernel';
import { reductionChunks, reductionThreads, reductionWorkgroup } from '../reduction';
import { windowMomentsGpu, windowMomentsOf } from '../window/window-moments.kernel';
import { correlationBySimd, type MomentNumbers } from '../window/window-moments.simd';
import { wideMomentsGpu, wideMomentsRoom } from '../window/window-wide.kernel';
import { lnccCotangentsWarped, sumOfCorrelations } from './lncc.cpu';
import bothSource from './lncc-partials-and-adjoint.wgsl?raw';
import clearSource from './lncc-partials-clear.wgsl?raw';

/**
 * Partial sums of the loss: one a row, as the CPU walks by rows. The GPU fills as many as there are chunks,
 * the others are 0.
 */
export function partialsFromImages({ nx, ny, nz }: MomentNumbers): number {
  return Math.max(ny * nz, reductionChunks(nx * ny * nz));
}

const bindings = {
  fixed: 'read',
  warped: 'read',
  meanFixed: 'read',
  meanFixedSquared: 'read',
  meanWarped: 'write',
  meanWarpedSquared: 'write',
  meanProduct: 'write',
  weight: 'read?',
  cotangent: 'read',
  partials: 'write',
} as const;

const parameters = {
  nx: 'i32',
  ny: 'i32',
  nz: 'i32',
  radius: 'i32',
  count: 'u32',
  epsilon: 'f32',
  weighted: 'u32',
  partialCount: 'u32',
} as const;

function onCpu(
  b: BoundBuffers<typeof bindings>,
  p: BoundParameters<typeof parameters>,
  share: Share,
  simd?: Simd,
): void {
  const { nx, count, epsilon } = p;
  const rows = p.ny * p.nz;
  const scale = -(b.cotangent[0] as number) / count;
  if (share.part === 0) b.partials.fill(0, rows, p.partialCount);
  if (simd && correlationBySimd(simd, b, { ...p, scale }, share)) return;
  // As `window-moments` does it there: alone.
  if (share.part !== 0) return;
  windowMomentsOf(b, p);
  for (let row = 0; row < rows; row += 1) {
    b.partials[row] = sumOfCorrelations(b, epsilon, row * nx, (row + 1) * nx);
  }
  lnccCotangentsWarped(b, scale, epsilon, 0, count);
}

/** The loss and the cotangents from the means, on the GPU. */
const fromMeansGpu = [
  {
    source: clearSource,
    threads: (p: BoundParameters<typeof parameters>) => p.partialCount,
    binds: ['partials'],
  },
  {
    source: bothSource,
    threads: reductionThreads,
    workgroupSize: reductionWorkgroup,
    binds: [
      ...['meanFixed', 'meanFixedSquared', 'meanWarped', 'meanWarpedSquared', 'meanProduct'],
      ...['weight', 'cotangent', 'partials'],
    ],
  },
];

/**
 * Window means of W, W² and F·W, the correlation that they come to, and their cotangents, in one walk on the CPU.
 * On the GPU the walks of windows and of voxels follow one another: together they would bind ten buffers.
 */
export const lnccFromImagesKernel = defineKernel({
  name: 'lncc-from-images',
  bindings,
  parameters,
  cpu: onCpu,
  gpu: [
    {
      ...windowMomentsGpu,
      binds: ['fixed', 'warped', 'meanWarped', 'meanWarpedSquared', 'meanProduct'],
    },
    ...fromMeansGpu,
  ],
  cost: (p) => ({
    bytes: (28 + 4 * p.weighted) * p.count,
    operations: 60 * p.count,
  }),
  bytesOnGpu: (p) => (52 + 4 * p.weighted) * p.count,
});

/** The same for windows of any width. */
export const lnccFromImagesWideKernel = defineKernel({
  name: 'lncc-from-images-wide',
  bindings: { ...bindings, ...wideMomentsRoom },
  parameters,
  cpu: onCpu,
  gpu: [...wideMomentsGpu, ...fromMeansGpu],
  cost: (p) => ({
    bytes: (28 + 4 * p.weighted) * p.count,
    operations: 75 * p.count,
  }),
  bytesOnGpu: (p) => (100 + 4 * p.weighted) * p.count,
});
