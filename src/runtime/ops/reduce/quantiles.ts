import { scalarsType } from '../../ir/values';
import { Scratch } from '../../simd/scratch';
import { defineKernel, type FloatArray } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import { type Ascending, ascending } from './order-statistics.cpu';
import { paddingIn, quantilesOf, type SizeVoxels } from './padding.cpu';

export type QuantilesAttributes = {
  /** Share of the voxels below the lower number, 0 to 1. */
  readonly lower: number;
  /** Share of the voxels below the upper number, 0 to 1. */
  readonly upper: number;
};

const kernel = defineKernel({
  name: 'quantiles',
  bindings: { image: 'read', value: 'write' },
  parameters: { nx: 'i32', ny: 'i32', nz: 'i32', lower: 'f32', upper: 'f32' },
  sharedAmongThreads: false,
  cpu(b, p, _, simd) {
    const image = b.image.subarray(0, p.nx * p.ny * p.nz);
    const sorted = withoutPadding(image, p, new Scratch(simd));
    b.value.set(quantilesOf(sorted, [p.lower, p.upper]));
    if (b.value[0] !== b.value[1]) return;
    // Almost every voxel has one value: what there is to see lies beyond the quantiles.
    b.value[0] = sorted.at(0) ?? 0;
    b.value[1] = sorted.at(sorted.length - 1) ?? 0;
  },
  gpu: 'host',
  cost: (p) => {
    const count = p.nx * p.ny * p.nz;
    return { bytes: 4 * count, operations: 30 * count };
  },
});

export const quantiles = defineOp<QuantilesAttributes>()({
  name: 'quantiles',
  doc:
    'Two order statistics of an image, linear between neighbours; for robust normalization. A value ' +
    'that stands for "no data" is left out. Where they are equal, the lowest and the highest value.',
  inputs: { image: 'field' },
  outputs: ['value'],
  infer: ({ image }) => {
    asField(image, 1);
    return { value: scalarsType(2) };
  },
  adjoint: 'not-differentiable',
  kernels: [kernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const [nx, ny, nz] = asField(inputTypes.image).grid.sizeVoxels;
    emitter.call(
      kernel,
      { image: i.image, value: o.value },
      { nx, ny, nz, lower: attributes.lower, upper: attributes.upper },
    );
  },
});

/** The values in ascending order without the padding, which is the lowest. */
function withoutPadding(values: FloatArray, size: SizeVoxels, scratch: Scratch): Ascending {
  const begin = paddingIn(values, size, scratch)?.count ?? 0;
  const all = ascending(values, scratch);
  return { length: all.length - begin, at: (rank) => all.at(begin + rank) };
}
