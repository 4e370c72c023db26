import { InternalError } from '../../internal-error';
import { elementsPerBuffer } from '../../ir/values';
import { defineKernel, shareOf } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import source from './relabel.wgsl?raw';

const relabelKernel = defineKernel({
  name: 'relabel',
  bindings: { labels: 'read u32', places: 'read', value: 'write u32' },
  parameters: { voxels: 'u32', known: 'u32' },
  cpu(b, p, share) {
    const [begin, end] = shareOf(p.voxels, share);
    for (let i = begin; i < end; i += 1) {
      b.value[i] = 1 + Math.max(-1, b.places[b.labels[i] as number] ?? -1);
    }
  },
  gpu: { source, threads: (p) => p.voxels },
  cost: (p) => ({ bytes: 8 * p.voxels, operations: 3 * p.voxels }),
});

export const relabel = defineOp()({
  name: 'relabel',
  doc: 'Indices of labels anew: 1 + the number at a label’s index of `places`, 0 where that is −1. For what two maps share.',
  inputs: { labels: 'field', places: 'scalars' },
  outputs: ['value'],
  infer({ labels, places }) {
    if (places.kind !== 'scalars') throw new InternalError('Places are a list of numbers.');
    return { value: asField(labels, 1, 'u32') };
  },
  adjoint: 'not-differentiable',
  kernels: [relabelKernel],
  emit(emitter, { inputs, outputs, inputTypes }) {
    emitter.call(
      relabelKernel,
      { ...inputs, ...outputs },
      { voxels: elementsPerBuffer(inputTypes.labels), known: elementsPerBuffer(inputTypes.places) },
    );
  },
});
