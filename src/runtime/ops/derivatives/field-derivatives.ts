import { type Grid, voxelFromWorld } from '../../../imaging/grid';
import { InternalError } from '../../internal-error';
import { fieldType } from '../../ir/values';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import {
  firstDerivativesKernel,
  firstDerivativesTransposedKernel,
  secondDerivativesKernel,
  secondDerivativesTransposedKernel,
} from './derivatives.kernel';

export type DerivativeAttributes = {
  readonly order: 1 | 2;
  /** Of the first order: u₊ − u, or ½(u₊ − u₋). The second order has one scheme: u₊ − 2u + u₋. */
  readonly scheme: 'forward' | 'central';
};

/** Derivatives of each channel: ∂x, ∂y, ∂z, or xx, yy, zz, xy, xz, yz. */
export function derivativesPerChannel({ order }: DerivativeAttributes): number {
  return order === 1 ? 3 : 6;
}

function gridParameterValues(grid: Grid) {
  const [nx, ny, nz] = grid.sizeVoxels;
  const fromWorld = voxelFromWorld(grid);
  // ∂u/∂(world k) = Σ over axes j of ∂u/∂(voxel j) · ∂(voxel j)/∂(world k)
  const worldFromDifference = [0, 1, 2].flatMap((k) => [
    ...[0, 1, 2].map((j) => fromWorld[4 * j + k] as number),
    0,
  ]);
  return { nx, ny, nz, worldFromDifference };
}

export const fieldDerivatives = defineOp<DerivativeAttributes>()({
  name: 'fieldDerivatives',
  doc:
    'Derivatives of every channel along the axes of the world (RAS), per mm or mm², whatever the spacing and the ' +
    'direction of the grid. First order: three channels for each, ∂x, ∂y, ∂z, by forward or central differences. ' +
    'Second order: six, xx, yy, zz, xy, xz, yz. Beyond an edge lies the value of the edge again, so that the ' +
    'normal slope of the field is taken to be zero there; along an axis of one voxel nothing changes.',
  inputs: { field: 'field' },
  outputs: ['derivatives'],
  infer({ field }, attributes) {
    const { grid, channels } = asField(field);
    return { derivatives: fieldType(grid, channels * derivativesPerChannel(attributes)) };
  },
  adjoint(b, { attributes }, { derivatives: cotangent }) {
    if (cotangent === undefined) return {};
    return { field: b.op('fieldDerivativesTransposed', { cotangent }, attributes).field };
  },
  kernels: [firstDerivativesKernel, secondDerivativesKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const parameters = gridParameterValues(asField(inputTypes.field).grid);
    const forward = attributes.scheme === 'forward' ? 1 : 0;
    i.field.forEach((plane, channel) => {
      const first = channel * derivativesPerChannel(attributes);
      const planes = (from: number) => o.derivatives.slice(first + from, first + from + 3);
      if (attributes.order === 1) {
        const derivatives = planes(0);
        emitter.call(firstDerivativesKernel, { plane, derivatives }, { ...parameters, forward });
      } else {
        const buffers = { plane, straight: planes(0), mixed: planes(3) };
        emitter.call(secondDerivativesKernel, buffers, parameters);
      }
    });
  },
});

export const fieldDerivativesTransposed = defineOp<DerivativeAttributes>()({
  name: 'fieldDerivativesTransposed',
  doc: 'The transposed of `fieldDerivatives`: the cotangent of its field.',
  inputs: { cotangent: 'field' },
  outputs: ['field'],
  infer({ cotangent }, attributes) {
    const { grid, channels } = asField(cotangent);
    const each = derivativesPerChannel(attributes);
    if (channels % each !== 0) throw new InternalError('Derivatives of a channel are missing.');
    return { field: fieldType(grid, channels / each) };
  },
  adjoint(b, { attributes }, { field: cotangent }) {
    if (cotangent === undefined) return {};
    return { cotangent: b.op('fieldDerivatives', { field: cotangent }, attributes).derivatives };
  },
  kernels: [firstDerivativesTransposedKernel, secondDerivativesTransposedKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const parameters = gridParameterValues(asField(inputTypes.cotangent).grid);
    const forward = attributes.scheme === 'forward' ? 1 : 0;
    o.field.forEach((plane, channel) => {
      const first = channel * derivativesPerChannel(attributes);
      const planes = (from: number) => i.cotangent.slice(first + from, first + from + 3);
      if (attributes.order === 1) {
        const buffers = { cotangents: planes(0), plane };
        emitter.call(firstDerivativesTransposedKernel, buffers, { ...parameters, forward });
      } else {
        const buffers = { straight: planes(0), mixed: planes(3), plane };
        emitter.call(secondDerivativesTransposedKernel, buffers, parameters);
      }
    });
  },
});
