import { fieldType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { type GridAttributes, gridOf, requireDisplacementOn } from '../grid-attributes';
import weightSource from './inside-weight.wgsl?raw';
import { weighInside } from './sample.simd';
import { samplingParameters, samplingParameterValues } from './sampling';

/** The target grid, and the grid of the image that is read. */
export type InsideAttributes = GridAttributes & {
  readonly sourceSize: readonly number[];
  readonly sourceWorldFromVoxel: readonly number[];
  /** `zero`: falls to 0 within a voxel of the edge, linearly; `cut`: 0 beyond half a voxel. */
  readonly outside: 'zero' | 'cut';
};

const insideWeightKernel = defineKernel({
  name: 'inside-weight',
  bindings: { displacement: 'read3?', affine: 'read?', weight: 'write' },
  parameters: samplingParameters,
  cpu: weighInside,
  gpu: { source: weightSource, threads: (p) => p.nx * p.ny * p.nz },
  cost: (p) => ({ bytes: 16 * p.nx * p.ny * p.nz, operations: 30 * p.nx * p.ny * p.nz }),
});

export const insideWeight = defineOp<InsideAttributes>()({
  name: 'insideWeight',
  doc:
    'weight(x) = how far A·(x + u(x)) lies inside the source: 1 inside, beyond it what `sample` with the ' +
    'same `outside` makes of an image of ones. Axes of one voxel have no outside. A weight is a constant ' +
    'of the iteration: no gradient flows through it.',
  inputs: { displacement: 'field?', affine: 'scalars?' },
  outputs: ['weight'],
  infer({ displacement }, attributes) {
    const grid = gridOf(attributes);
    requireDisplacementOn(grid, displacement);
    return { weight: fieldType(grid, 1) };
  },
  adjoint: 'constant',
  kernels: [insideWeightKernel],
  emit(emitter, { inputs: i, outputs: o, attributes }) {
    const source = gridOf({
      size: attributes.sourceSize,
      worldFromVoxel: attributes.sourceWorldFromVoxel,
    });
    emitter.call(
      insideWeightKernel,
      { displacement: i.displacement, affine: i.affine, weight: o.weight },
      samplingParameterValues(attributes, fieldType(source, 1), i),
    );
  },
});
