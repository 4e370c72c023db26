import type { Vec3 } from '../../../imaging/frames';
import { InternalError } from '../../internal-error';
import { type FieldType, fieldType } from '../../ir/values';
import { axisLayout } from '../bspline/along-axis.cpu';
import { walkAxes } from '../bspline/walk-axes';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField, type GridAttributes, gridAttributes, gridOf } from '../grid-attributes';
import { copyKernel } from '../loop/loop-kernels';
import { cosinesAlongAxis } from './cosine-axis.cpu';
import source from './cosine-axis.wgsl?raw';

const cosineAxisKernel = defineKernel({
  name: 'cosine-axis',
  bindings: { source: 'read3', target: 'write3' },
  parameters: {
    nx: 'u32',
    ny: 'u32',
    nz: 'u32',
    axis: 'u32',
    length: 'u32',
    decay: 'f32',
    transposed: 'u32',
  },
  cpu: (b, p, share, simd) => cosinesAlongAxis(b.source, b.target, p, share, simd),
  gpu: {
    source,
    threads: (p) => {
      const { inner, outer } = axisLayout(p);
      return inner * outer * p.length;
    },
  },
  cost(p) {
    const { inner, from, outer } = axisLayout(p);
    return {
      bytes: 12 * inner * outer * (from + p.length),
      operations: 6 * inner * outer * from * p.length,
    };
  },
});

export type CosineAttributes = GridAttributes & {
  /** Along x, y, z: wave k is fainter by e^(−decay·k²). */
  readonly decay: readonly number[];
};

export const cosineField = defineOp<CosineAttributes>()({
  name: 'cosineField',
  doc:
    'The vectors (mm) at the voxels of a grid that cosine waves along its axes add up to: u(i) = Σ c_k Π a_k cos(π k (i + ½) / N), ' +
    'a_0 = 1, a_k = √2·e^(−decay·k²), k from 0 up to the size of the coefficients, at most N. The mean square of each wave is its coefficient’s but for the decay.',
  inputs: { coefficients: 'field' },
  outputs: ['field'],
  infer({ coefficients }, attributes) {
    const grid = gridOf(attributes);
    requireFewer(asField(coefficients, 3), fieldType(grid, 3), attributes);
    return { field: fieldType(grid, 3) };
  },
  adjoint(b, { inputs, attributes: { decay } }, { field }) {
    if (field === undefined) return {};
    const { grid } = asField(b.typeOf(inputs.coefficients));
    const attributes = { ...gridAttributes(grid), decay };
    return { coefficients: b.op('cosineFieldTransposed', { field }, attributes).coefficients };
  },
  kernels: [cosineAxisKernel, copyKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const { grid } = asField(inputTypes.coefficients);
    // The dense axis last: what lies before it is small.
    const steps = stepsAlong([0, 1, 2], grid.sizeVoxels, attributes, 0);
    walkAxes(emitter, i.coefficients, o.field, grid.sizeVoxels, steps, (buffers, numbers) => {
      emitter.call(cosineAxisKernel, buffers, numbers);
    });
  },
});

export const cosineFieldTransposed = defineOp<CosineAttributes>()({
  name: 'cosineFieldTransposed',
  doc: 'The transposed of `cosineField`, onto as many coefficients as are given: the cotangent of its coefficients.',
  inputs: { field: 'field' },
  outputs: ['coefficients'],
  infer({ field }, attributes) {
    const waves = fieldType(gridOf(attributes), 3);
    requireFewer(waves, asField(field, 3), attributes);
    return { coefficients: waves };
  },
  adjoint(b, { inputs, attributes: { decay } }, { coefficients }) {
    if (coefficients === undefined) return {};
    const { grid } = asField(b.typeOf(inputs.field));
    const attributes = { ...gridAttributes(grid), decay };
    return { field: b.op('cosineField', { coefficients }, attributes).field };
  },
  kernels: [cosineAxisKernel, copyKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const { grid } = asField(inputTypes.field);
    const steps = stepsAlong([2, 1, 0], grid.sizeVoxels, attributes, 1);
    walkAxes(emitter, i.field, o.coefficients, grid.sizeVoxels, steps, (buffers, numbers) => {
      emitter.call(cosineAxisKernel, buffers, numbers);
    });
  },
});

/** The axes to walk; along one of one wave and one voxel nothing is to be done. */
function stepsAlong(
  axes: readonly number[],
  before: Vec3,
  { size, decay }: CosineAttributes,
  transposed: number,
) {
  return axes
    .filter((axis) => before[axis] !== 1 || size[axis] !== 1)
    .map((axis) => ({ axis, length: size[axis] ?? 1, decay: decay[axis] ?? 0, transposed }));
}

/** @throws InternalError where there are more waves than voxels, which could not tell them apart */
function requireFewer(waves: FieldType, voxels: FieldType, { decay }: CosineAttributes): void {
  const isFit = waves.grid.sizeVoxels.every((n, axis) => n <= (voxels.grid.sizeVoxels[axis] ?? 0));
  if (!isFit) throw new InternalError('There are more waves than voxels along an axis.');
  if (decay.length !== 3 || decay.some((d) => !(d >= 0))) {
    throw new InternalError('Waves grow fainter along each of three axes.');
  }
}
