import { InternalError } from '../../internal-error';
import type { BufferId } from '../../ir/kernel-graph';
import { fieldType, type ValueType } from '../../ir/values';
import { defineOp, type Emitter } from '../define-op';
import { asField, type GridAttributes, gridAttributes, gridOf } from '../grid-attributes';
import { copyKernel } from '../loop/loop-kernels';
import { splineAxisKernel } from './along-axis.kernel';
import { axisModes } from './axis-rows';
import { type ControlAxis, controlAxes } from './control-axes';
import { walkAxes } from './walk-axes';

export const splineField = defineOp<GridAttributes>()({
  name: 'splineField',
  doc:
    'The vectors (mm) of a cubic B-spline at the voxels of a grid, from its coefficients (mm): ' +
    'u(x) = Σ c_k Π β³(t_a − k_a), where t are the coordinates of x among the control points. These are a grid of their own, ' +
    'along the axes of the other; beyond them coefficients count as 0. With `shift`, three numbers to which no gradient flows, ' +
    'at the voxels shifted by so many of them along each axis.',
  inputs: { coefficients: 'field', shift: 'scalars?' },
  outputs: ['field'],
  infer({ coefficients, shift }, attributes) {
    const grid = gridOf(attributes);
    controlAxes(asField(coefficients, 3).grid, grid);
    requireThree(shift);
    return { field: fieldType(grid, 3) };
  },
  adjoint(b, { inputs }, { field }) {
    if (field === undefined) return {};
    const { grid } = asField(b.typeOf(inputs.coefficients));
    const transposed = { field, shift: inputs.shift };
    return {
      coefficients: b.op('splineFieldTransposed', transposed, gridAttributes(grid)).coefficients,
    };
  },
  kernels: [splineAxisKernel, copyKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const { grid } = asField(inputTypes.coefficients);
    const axes = controlAxes(grid, gridOf(attributes));
    // The dense axis last: what lies before it is small.
    const steps = [0, 1, 2].flatMap((axis) => stepAlong(axes, axis, axisModes.evaluate));
    const pass = splinePass(emitter, i.shift);
    walkAxes(emitter, i.coefficients, o.field, grid.sizeVoxels, steps, pass);
  },
});

export const splineFieldTransposed = defineOp<GridAttributes>()({
  name: 'splineFieldTransposed',
  doc:
    'The transposed of `splineField`, onto the control points that are given: the cotangent of its coefficients. Each control ' +
    'point gathers the vectors within its reach.',
  inputs: { field: 'field', shift: 'scalars?' },
  outputs: ['coefficients'],
  infer({ field, shift }, attributes) {
    const control = gridOf(attributes);
    requireThree(shift);
    controlAxes(control, asField(field, 3).grid);
    return { coefficients: fieldType(control, 3) };
  },
  adjoint(b, { inputs }, { coefficients }) {
    if (coefficients === undefined) return {};
    const { grid } = asField(b.typeOf(inputs.field));
    const back = { coefficients, shift: inputs.shift };
    return { field: b.op('splineField', back, gridAttributes(grid)).field };
  },
  kernels: [splineAxisKernel, copyKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const { grid } = asField(inputTypes.field);
    const axes = controlAxes(gridOf(attributes), grid);
    const steps = [2, 1, 0].flatMap((axis) => stepAlong(axes, axis, axisModes.gather));
    const pass = splinePass(emitter, i.shift);
    walkAxes(emitter, i.field, o.coefficients, grid.sizeVoxels, steps, pass);
  },
});

export const subdivideSpline = defineOp<GridAttributes>()({
  name: 'subdivideSpline',
  doc:
    'Coefficients of the same cubic B-spline for control points of half the spacing: (1 6 1)/8 at the points that were there, ' +
    '(1 1)/2 between them, along each axis of more than one. Exact wherever the coefficients that are read exist.',
  inputs: { coefficients: 'field' },
  outputs: ['coefficients'],
  infer({ coefficients }, attributes) {
    const fine = gridOf(attributes);
    for (const axis of controlAxes(asField(coefficients, 3).grid, fine)) {
      const half = 2 * axis.offset;
      const isHalved = Math.abs(axis.ratio - 0.5) < 1e-4 && Math.abs(half - Math.round(half)) < 0.1;
      if (axis.controls > 1 && !isHalved) {
        throw new InternalError('Control points do not lie at half the spacing.');
      }
    }
    return { coefficients: fieldType(fine, 3) };
  },
  adjoint: 'not-differentiable',
  kernels: [splineAxisKernel, copyKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const { grid } = asField(inputTypes.coefficients);
    const axes = controlAxes(grid, gridOf(attributes));
    const steps = [0, 1, 2].flatMap((axis) => stepAlong(axes, axis, axisModes.subdivide));
    const pass = splinePass(emitter);
    walkAxes(emitter, i.coefficients, o.coefficients, grid.sizeVoxels, steps, pass);
  },
});

function requireThree(shift: ValueType | undefined): void {
  if (shift !== undefined && (shift.kind !== 'scalars' || shift.length !== 3)) {
    throw new InternalError('Voxels are shifted by three numbers.');
  }
}

/** The grid before a step. */
type Size = { readonly nx: number; readonly ny: number; readonly nz: number };

type AxisStep = {
  readonly axis: number;
  readonly length: number;
  readonly ratio: number;
  readonly offset: number;
  readonly mode: number;
};

function stepAlong(axes: readonly ControlAxis[], axis: number, mode: number): readonly AxisStep[] {
  const { controls, length, ratio, offset } = axes[axis] as ControlAxis;
  // Along an axis of one voxel the one coefficient is the value.
  if (controls === 1) return [];
  return [{ axis, length: mode === axisModes.gather ? controls : length, ratio, offset, mode }];
}

/** A pass of `walkAxes` by the spline's kernel, for voxels that may be shifted. */
function splinePass(emitter: Emitter, shift?: readonly BufferId[]) {
  return (
    buffers: { source: readonly BufferId[]; target: readonly BufferId[] },
    step: AxisStep & Size,
  ) =>
    emitter.call(
      splineAxisKernel,
      { ...buffers, shift },
      { ...step, shifted: shift === undefined ? 0 : 1 },
    );
}
