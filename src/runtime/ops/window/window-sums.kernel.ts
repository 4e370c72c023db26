import { type BindingSpec, defineKernel } from '../define-kernel';
import { sumAcrossSlices, sumWithinSlices } from './window-sums.cpu';
import xSource from './window-x.wgsl?raw';
import ySource from './window-y.wgsl?raw';
import zSource from './window-z.wgsl?raw';

type Size = { readonly nx: number; readonly ny: number; readonly nz: number };
const voxels = (p: Size): number => p.nx * p.ny * p.nz;

/**
 * Window sums of a, or of a·b, along x and y. The GPU adds up the voxels of each window anew, one
 * axis a stage: neighbours read the same cache lines, and no rounding piles up as it would in a
 * running sum of float32.
 */
export const windowWithinSlicesKernel = defineKernel({
  name: 'window-within-slices',
  bindings: { a: 'read', b: 'read?', partial: 'write', sums: 'write' },
  parameters: { nx: 'i32', ny: 'i32', nz: 'i32', radius: 'i32', divided: 'i32', hasB: 'i32' },
  cpu: (b, p, share) => sumWithinSlices(b.a, b.b, b.sums, p, share),
  gpu: [
    { source: xSource, threads: voxels, binds: ['a', 'b', 'partial'] },
    { source: ySource, threads: voxels, binds: ['partial', 'sums'] },
  ],
  cost: (p) => ({ bytes: 4 * (2 + p.hasB) * voxels(p), operations: 6 * voxels(p) }),
  bytesOnGpu: (p) => 4 * (4 + p.hasB) * voxels(p),
});

function acrossSlicesKernel<const Total extends 'write' | 'update'>(name: string, total: Total) {
  const bindings = { sums: 'read', multiplier: 'read?', total } as const satisfies Record<
    string,
    BindingSpec
  >;
  return defineKernel({
    name,
    bindings,
    parameters: {
      nx: 'i32',
      ny: 'i32',
      nz: 'i32',
      radius: 'i32',
      divided: 'i32',
      hasMultiplier: 'i32',
      accumulate: 'i32',
      factor: 'f32',
    },
    cpu: (b, p, share) => sumAcrossSlices(b.sums, b.multiplier, b.total, p, share),
    gpu: { source: zSource, threads: voxels },
    cost: (p) => ({
      bytes: 4 * (2 + p.hasMultiplier + p.accumulate) * voxels(p),
      operations: 5 * voxels(p),
    }),
  });
}

/** total = factor · [multiplier ·] window sum [/ n], along z. */
export const windowAcrossSlicesKernel = acrossSlicesKernel('window-across-slices', 'write');

/** The same, added to what `total` holds. */
export const windowAcrossSlicesAddKernel = acrossSlicesKernel('window-across-slices-add', 'update');
