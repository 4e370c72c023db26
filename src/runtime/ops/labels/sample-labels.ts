import { fieldType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField, type GridAttributes, gridOf, requireDisplacementOn } from '../grid-attributes';
import { sampleNearest } from '../sample/sample.cpu';
import { samplingParameters, samplingParameterValues } from '../sample/sampling';
import { sampleByVote } from './sample-labels.cpu';
import source from './sample-labels-by-vote.wgsl?raw';
import { sampleByGaussian } from './sample-labels-gaussian.cpu';
import gaussianSource from './sample-labels-gaussian.wgsl?raw';
import nearestSource from './sample-labels-nearest.wgsl?raw';

export type SampleLabelsAttributes = GridAttributes & {
  readonly interpolation: 'nearest' | 'one-hot-linear' | 'gaussian';
};

/** Label of the nearest voxel. */
const sampleLabelsNearestKernel = defineKernel({
  name: 'sample-labels-nearest',
  bindings: { labels: 'read u32', displacement: 'read3?', affine: 'read?', value: 'write u32' },
  parameters: samplingParameters,
  cpu: (b, p, share) => sampleNearest(b.labels, b.displacement, b.affine, b.value, p, share),
  gpu: { source: nearestSource, threads: (p) => p.nx * p.ny * p.nz },
  cost: (p) => ({ bytes: 20 * p.nx * p.ny * p.nz, operations: 30 * p.nx * p.ny * p.nz }),
});

/** Label with the largest sum of trilinear weights among the eight voxels around each point. */
const sampleLabelsByVoteKernel = defineKernel({
  name: 'sample-labels-by-vote',
  bindings: { labels: 'read u32', displacement: 'read3?', affine: 'read?', value: 'write u32' },
  parameters: samplingParameters,
  cpu: (b, p, share) => sampleByVote(b.labels, b.displacement, b.affine, b.value, p, share),
  gpu: { source, threads: (p) => p.nx * p.ny * p.nz },
  cost: (p) => ({ bytes: 20 * p.nx * p.ny * p.nz, operations: 60 * p.nx * p.ny * p.nz }),
});

/** Label with the largest sum of Gaussian weights among the voxels less than 2.5 voxels away along every axis. */
const sampleLabelsGaussianKernel = defineKernel({
  name: 'sample-labels-gaussian',
  bindings: { labels: 'read u32', displacement: 'read3?', affine: 'read?', value: 'write u32' },
  parameters: samplingParameters,
  cpu: (b, p, share) => sampleByGaussian(b.labels, b.displacement, b.affine, b.value, p, share),
  gpu: { source: gaussianSource, threads: (p) => p.nx * p.ny * p.nz },
  cost: (p) => ({ bytes: 20 * p.nx * p.ny * p.nz, operations: 800 * p.nx * p.ny * p.nz }),
});

const kernelOf = {
  nearest: sampleLabelsNearestKernel,
  'one-hot-linear': sampleLabelsByVoteKernel,
  gaussian: sampleLabelsGaussianKernel,
} as const;

export const sampleLabels = defineOp<SampleLabelsAttributes>()({
  name: 'sampleLabels',
  doc:
    'Indices of labels (u32) at A·(x + u(x)) for every voxel x of the target grid: u in mm on the target grid, A ' +
    'the affine from fixed to moving world in mm. The nearest voxel (halves round up), or the ' +
    'label with the largest sum of trilinear weights, or of exp(−d²/2), d in voxels of the map, cut at 2.5 along ' +
    'every axis (ties go to the smaller label). 0 where the ' +
    'point lies more than half a voxel outside. A name is a constant of the iteration: no gradient flows through it.',
  inputs: { labels: 'field', displacement: 'field?', affine: 'scalars?' },
  outputs: ['value'],
  infer({ labels, displacement }, attributes) {
    asField(labels, 1, 'u32');
    const grid = gridOf(attributes);
    requireDisplacementOn(grid, displacement);
    return { value: fieldType(grid, 1, 'u32') };
  },
  adjoint: 'constant',
  kernels: [sampleLabelsNearestKernel, sampleLabelsByVoteKernel, sampleLabelsGaussianKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const parameters = samplingParameterValues(
      { ...attributes, outside: 'cut' },
      asField(inputTypes.labels, 1, 'u32'),
      i,
    );
    emitter.call(kernelOf[attributes.interpolation], { ...i, value: o.value }, parameters);
  },
});
