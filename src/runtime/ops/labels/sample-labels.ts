import { fieldType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField, type GridAttributes, gridOf, requireDisplacementOn } from '../grid-attributes';
import { sampleNearestKernel } from '../sample/sample.kernel';
import { samplingParameters, samplingParameterValues } from '../sample/sampling';
import { sampleByVote } from './sample-labels.cpu';
import source from './sample-labels-by-vote.wgsl?raw';

export type SampleLabelsAttributes = GridAttributes & {
  readonly interpolation: 'nearest' | 'one-hot-linear';
};

/** Label with the largest sum of trilinear weights among the eight voxels around each point. */
const sampleLabelsByVoteKernel = defineKernel({
  name: 'sample-labels-by-vote',
  bindings: { labels: 'read', displacement: 'read3?', affine: 'read?', value: 'write' },
  parameters: samplingParameters,
  cpu: (b, p, share) => sampleByVote(b.labels, b.displacement, b.affine, b.value, p, share),
  gpu: { source, threads: (p) => p.nx * p.ny * p.nz },
  cost: (p) => ({ bytes: 20 * p.nx * p.ny * p.nz, operations: 60 * p.nx * p.ny * p.nz }),
});

export const sampleLabels = defineOp<SampleLabelsAttributes>()({
  name: 'sampleLabels',
  doc:
    'Labels at A·(x + u(x)) for every voxel x of the target grid: u in mm on the target grid, A ' +
    'the affine from fixed to moving world in mm. The nearest voxel (halves round up), or the ' +
    'label with the largest sum of trilinear weights (ties go to the smaller label). 0 where the ' +
    'point lies more than half a voxel outside.',
  inputs: { labels: 'field', displacement: 'field?', affine: 'scalars?' },
  outputs: ['value'],
  infer({ labels, displacement }, attributes) {
    asField(labels, 1);
    const grid = gridOf(attributes);
    requireDisplacementOn(grid, displacement);
    return { value: fieldType(grid, 1) };
  },
  adjoint: 'not-differentiable',
  kernels: [sampleNearestKernel, sampleLabelsByVoteKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const parameters = samplingParameterValues(
      { ...attributes, outside: 'cut' },
      asField(inputTypes.labels),
      i,
    );
    const { labels, displacement, affine } = i;
    if (attributes.interpolation === 'nearest') {
      const buffers = { source: labels, displacement, affine, value: o.value };
      emitter.call(sampleNearestKernel, buffers, parameters);
    } else {
      const buffers = { labels, displacement, affine, value: o.value };
      emitter.call(sampleLabelsByVoteKernel, buffers, parameters);
    }
  },
});
