import { InternalError } from '../../internal-error';
import { elementsPerBuffer, isPlanar, scalarsType } from '../../ir/values';
import { defineKernel, shareOf } from '../define-kernel';
import { defineOp } from '../define-op';
import { chunkLength, reductionChunks, reductionThreads, reductionWorkgroup } from '../reduction';
import { largestSquaredNorms } from './norm.cpu';
import finishSource from './norm-finish.wgsl?raw';
import partialsSource from './norm-partials.wgsl?raw';

type Four = [number, number, number, number];

const normPartialsKernel = defineKernel({
  name: 'norm-partials',
  bindings: { x: 'read', y: 'read?', z: 'read?', partials: 'write' },
  parameters: { count: 'u32', planes: 'u32' },
  cpu({ x, y, z, partials }, { count }, share, simd) {
    if (!simd || !y || !z) return largestSquaredNorms(x, y, z, partials, count, share);
    const [u, v, w, out] = [x, y, z, partials].map(simd.addressOf) as Four;
    const chunks = shareOf(reductionChunks(count), share);
    simd.functions.largestNorms(u, v, w, out, count, chunkLength(count), ...chunks);
  },
  gpu: {
    source: partialsSource,
    threads: reductionThreads,
    workgroupSize: reductionWorkgroup,
  },
  cost: (p) => ({ bytes: 4 * p.planes * p.count, operations: 2 * p.planes * p.count }),
});

/** √ of the largest value, or, with `isSum`, √ of the sum of squares. */
const normFinishKernel = defineKernel({
  name: 'norm-finish',
  bindings: { values: 'read', norm: 'write' },
  parameters: { count: 'u32', isSum: 'u32' },
  sharedAmongThreads: false,
  cpu(b, p) {
    let largest = 0;
    let sum = 0;
    for (let i = 0; i < p.count; i += 1) {
      const value = b.values[i] as number;
      largest = Math.max(largest, value);
      sum += value * value;
    }
    b.norm[0] = Math.sqrt(p.isSum ? sum : largest);
  },
  gpu: {
    source: finishSource,
    threads: () => reductionWorkgroup,
    workgroupSize: reductionWorkgroup,
  },
  cost: (p) => ({ bytes: 4 * p.count, operations: 2 * p.count }),
});

export const largestNorm = defineOp()({
  name: 'largestNorm',
  doc: 'Largest L2 norm over the channels of any voxel; of scalars, the L2 norm of them all.',
  inputs: { vector: 'any' },
  outputs: ['largest'],
  infer({ vector }) {
    if (isPlanar(vector) && vector.channels > 3) {
      throw new InternalError('The norm of a field is taken over at most three channels.');
    }
    return { largest: scalarsType(1) };
  },
  adjoint: 'not-differentiable',
  kernels: [normPartialsKernel, normFinishKernel],
  emit(emitter, { inputs: { vector }, outputs: { largest }, inputTypes }) {
    const count = elementsPerBuffer(inputTypes.vector);
    if (inputTypes.vector.kind === 'scalars') {
      emitter.call(normFinishKernel, { values: vector, norm: largest }, { count, isSum: 1 });
      return;
    }
    const chunks = reductionChunks(count);
    const partials = emitter.scratch(chunks);
    const [x, y, z] = vector;
    emitter.call(normPartialsKernel, { x, y, z, partials }, { count, planes: vector.length });
    emitter.call(
      normFinishKernel,
      { values: partials, norm: largest },
      { count: chunks, isSum: 0 },
    );
  },
});
