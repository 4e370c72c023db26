import { defineKernel } from '../define-kernel';
import { alongAxis, alongAxisOperations, axisLayout } from './along-axis.cpu';
import source from './along-axis.wgsl?raw';

/** Three planes times a banded matrix along one axis: every step of evaluating a spline, or of its transpose. */
export const splineAxisKernel = defineKernel({
  name: 'spline-axis',
  /** `shift`: by how many voxels the voxels are shifted, along each axis; read where `shifted` is 1. */
  bindings: { source: 'read3', shift: 'read?', target: 'write3' },
  parameters: {
    nx: 'u32',
    ny: 'u32',
    nz: 'u32',
    axis: 'u32',
    length: 'u32',
    ratio: 'f32',
    offset: 'f32',
    /** One of `axisModes`. */
    mode: 'u32',
    shifted: 'u32',
  },
  cpu(b, p, share, simd) {
    const voxels = b.shift?.[p.axis] ?? 0;
    alongAxis(b.source, b.target, { ...p, offset: p.offset + p.ratio * voxels }, share, simd);
  },
  gpu: {
    source,
    threads: (p) => {
      const { inner, outer } = axisLayout(p);
      return inner * outer * p.length;
    },
  },
  cost(p) {
    const { inner, from, outer } = axisLayout(p);
    return { bytes: 12 * inner * outer * (from + p.length), operations: alongAxisOperations(p) };
  },
});
