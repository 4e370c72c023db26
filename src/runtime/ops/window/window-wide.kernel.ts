import { defineKernel } from '../define-kernel';
import {
  momentsAdjointOnCpu,
  momentsOnCpu,
  momentsParameters,
  voxelsOf,
} from './window-moments.kernel';
import adjointXSource from './window-wide-adjoint-x.wgsl?raw';
import adjointZSource from './window-wide-adjoint-z.wgsl?raw';
import xSource from './window-wide-x.wgsl?raw';
import ySource from './window-wide-y.wgsl?raw';
import zSource from './window-wide-z.wgsl?raw';

type Three = readonly [string, string, string];

/** Sums along y from three buffers into three others. */
function alongY(from: Three, to: Three) {
  const source = ySource
    .replace(/FROM([012])/g, (_, index) => from[Number(index)] ?? '')
    .replace(/TO([012])/g, (_, index) => to[Number(index)] ?? '');
  return { source, threads: voxelsOf, binds: [...from, ...to] };
}

const means = ['meanWarped', 'meanWarpedSquared', 'meanProduct'] as const;
const within = ['withinWarped', 'withinSquared', 'withinProduct'] as const;
const along = ['alongMean', 'alongSquare', 'alongProduct'] as const;
const ofSlices = ['withinMean', 'withinSquare', 'withinProduct'] as const;

/** The stages of `window-moments-wide` on the GPU, for kernels that have its bindings and parameters: an axis each. */
export const wideMomentsGpu = [
  { source: xSource, threads: voxelsOf, binds: ['fixed', 'warped', ...means] },
  alongY(means, within),
  { source: zSource, threads: voxelsOf, binds: [...within, ...means] },
];

/** Room that these stages take between them; the walk of the CPU needs none. */
export const wideMomentsRoom = {
  withinWarped: 'write',
  withinSquared: 'write',
  withinProduct: 'write',
} as const;

/** `window-moments` for windows of any width, whose cost on the CPU does not grow with it. */
export const wideMomentsKernel = defineKernel({
  name: 'window-moments-wide',
  bindings: {
    fixed: 'read',
    warped: 'read',
    meanWarped: 'write',
    meanWarpedSquared: 'write',
    meanProduct: 'write',
    ...wideMomentsRoom,
  },
  parameters: momentsParameters,
  cpu: momentsOnCpu,
  gpu: wideMomentsGpu,
  cost: (p) => ({ bytes: 20 * voxelsOf(p), operations: 50 * voxelsOf(p) }),
  bytesOnGpu: (p) => 68 * voxelsOf(p),
});

/** `window-moments-adjoint` for windows of any width. */
export const wideMomentsAdjointKernel = defineKernel({
  name: 'window-moments-adjoint-wide',
  bindings: {
    fixed: 'read',
    warped: 'read',
    ofMean: 'read',
    ofSquare: 'read',
    ofProduct: 'read',
    total: 'write',
    alongMean: 'write',
    alongSquare: 'write',
    alongProduct: 'write',
    withinMean: 'write',
    withinSquare: 'write',
    withinProduct: 'write',
  },
  parameters: momentsParameters,
  cpu: momentsAdjointOnCpu,
  gpu: [
    {
      source: adjointXSource,
      threads: voxelsOf,
      binds: ['ofMean', 'ofSquare', 'ofProduct', ...along],
    },
    alongY(along, ofSlices),
    { source: adjointZSource, threads: voxelsOf, binds: [...ofSlices, 'fixed', 'warped', 'total'] },
  ],
  cost: (p) => ({ bytes: 24 * voxelsOf(p), operations: 60 * voxelsOf(p) }),
  bytesOnGpu: (p) => 72 * voxelsOf(p),
});
