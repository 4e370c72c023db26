import { scalarsType } from '../../ir/values';
import { defineKernel, type FloatArray } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';

export type QuantilesAttributes = {
  /** Share of the voxels below the lower number, 0 to 1. */
  readonly lower: number;
  /** Share of the voxels below the upper number, 0 to 1. */
  readonly upper: number;
};

const kernel = defineKernel({
  name: 'quantiles',
  bindings: { image: 'read', value: 'write' },
  parameters: { count: 'i32', lower: 'f32', upper: 'f32' },
  sharedAmongThreads: false,
  cpu(b, p) {
    // Typed arrays sort numbers natively; one image takes well under a second.
    const sorted = b.image.slice(0, p.count).sort();
    b.value[0] = quantileOfSorted(sorted, p.lower);
    b.value[1] = quantileOfSorted(sorted, p.upper);
    if (b.value[0] !== b.value[1]) return;
    // Almost every voxel has one value: what there is to see lies beyond the quantiles.
    b.value[0] = sorted[0] ?? 0;
    b.value[1] = sorted[sorted.length - 1] ?? 0;
  },
  gpu: 'host',
  cost: (p) => ({ bytes: 4 * p.count, operations: 30 * p.count }),
});

export const quantiles = defineOp<QuantilesAttributes>()({
  name: 'quantiles',
  doc:
    'Two order statistics of an image, linear between neighbours; for robust normalization. Where ' +
    'they are equal, the lowest and the highest value.',
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
      { count: nx * ny * nz, lower: attributes.lower, upper: attributes.upper },
    );
  },
});

function quantileOfSorted(sorted: FloatArray, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  const low = sorted[below] ?? 0;
  return low + (position - below) * ((sorted[above] ?? low) - low);
}
