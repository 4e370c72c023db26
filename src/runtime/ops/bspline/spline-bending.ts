import { voxelCount } from '../../../imaging/grid';
import { InternalError } from '../../internal-error';
import { fieldType, scalarsType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField, type GridAttributes, gridOf } from '../grid-attributes';
import { dotPartialsKernel } from '../reduce/dot';
import { sumPartialsKernel } from '../reduce/sum-partials.kernel';
import { reductionChunks } from '../reduction';
import { bendingProduct } from './bending.cpu';
import source from './bending.wgsl?raw';
import { controlAxes } from './control-axes';
import { gramLength, gramTable } from './gram.cpu';

const axisParameters = (['X', 'Y', 'Z'] as const).map(
  (axis) =>
    [
      `controls${axis}`,
      `length${axis}`,
      `ratio${axis}`,
      `offset${axis}`,
      `spacing${axis}`,
    ] as const,
);

const splineGramsKernel = defineKernel({
  name: 'spline-grams',
  bindings: { grams: 'write' },
  parameters: {
    controlsX: 'u32',
    lengthX: 'u32',
    ratioX: 'f32',
    offsetX: 'f32',
    spacingX: 'f32',
    controlsY: 'u32',
    lengthY: 'u32',
    ratioY: 'f32',
    offsetY: 'f32',
    spacingY: 'f32',
    controlsZ: 'u32',
    lengthZ: 'u32',
    ratioZ: 'f32',
    offsetZ: 'f32',
    spacingZ: 'f32',
  },
  sharedAmongThreads: false,
  cpu(b, p) {
    let begin = 0;
    for (const [controls, length, ratio, offset, spacing] of axisParameters) {
      const table = gramTable({
        controls: p[controls],
        length: p[length],
        ratio: p[ratio],
        offset: p[offset],
        spacingMm: p[spacing],
      });
      b.grams.set(table, begin);
      begin += table.length;
    }
  },
  // Once a level, before its loop.
  gpu: 'host',
  cost(p) {
    const count = gramLength([p.controlsX, p.controlsY, p.controlsZ]);
    return { bytes: 4 * count, operations: 100 * count };
  },
});

const bendingKernel = defineKernel({
  name: 'spline-bending',
  bindings: { coefficients: 'read3', grams: 'read', product: 'write3' },
  parameters: { nx: 'u32', ny: 'u32', nz: 'u32' },
  cpu: (b, p, share) => bendingProduct(b.coefficients, b.grams, b.product, p, share),
  gpu: { source, threads: (p) => p.nx * p.ny * p.nz },
  cost: (p) => ({ bytes: 24 * p.nx * p.ny * p.nz, operations: 500 * p.nx * p.ny * p.nz }),
});

/** The grid of voxels, and beside it that of the control points. */
type BoxAttributes = GridAttributes & {
  readonly controlSize: readonly number[];
  readonly worldFromControl: readonly number[];
};

function axesOf(attributes: BoxAttributes) {
  const { controlSize: size, worldFromControl: worldFromVoxel } = attributes;
  return controlAxes(gridOf({ size, worldFromVoxel }), gridOf(attributes));
}

export const splineGrams = defineOp<BoxAttributes>()({
  name: 'splineGrams',
  doc:
    'Of cubic B-splines on control points: along each axis the mean over the box that the voxels fill of the products of two ' +
    'neighbours, of their first and of their second derivatives (per mm), by exact integration. Rows of seven, for x, y and z in turn; what ' +
    '`splineBending` is made from.',
  inputs: {},
  outputs: ['grams'],
  infer: (_, attributes) => ({
    grams: scalarsType(gramLength(axesOf(attributes).map(({ controls }) => controls))),
  }),
  adjoint: 'not-differentiable',
  kernels: [splineGramsKernel],
  emit(emitter, { outputs: o, attributes }) {
    const axes = axesOf(attributes);
    const numbers = axisParameters.flatMap((names, index) => {
      const { controls, length, ratio, offset, spacingMm } = axes[index] as (typeof axes)[number];
      const values = [controls, length, ratio, offset, spacingMm];
      return names.map((name, at) => [name, values[at] as number] as const);
    });
    emitter.call(splineGramsKernel, { grams: o.grams }, Object.fromEntries(numbers));
  },
});

export const splineBending = defineOp()({
  name: 'splineBending',
  doc:
    'energy = mean over the box of `grams` of Σ (∂²u_k/∂x_i∂x_j)² of a cubic B-spline (mm⁻²), exact: cᵀQc in its coefficients c. ' +
    'product = Qc, half its gradient.',
  inputs: { coefficients: 'field', grams: 'scalars' },
  outputs: ['energy', 'product'],
  infer({ coefficients, grams }) {
    const { grid } = asField(coefficients, 3);
    if (grams.kind !== 'scalars' || grams.length !== gramLength(grid.sizeVoxels)) {
      throw new InternalError('The Gram matrices are of other control points.');
    }
    return { energy: scalarsType(1), product: fieldType(grid, 3) };
  },
  adjoint(b, { inputs, outputs }, { energy: by, product }) {
    const ofEnergy = by && b.op('scale', { value: outputs.product, by }, { factor: 2 }).value;
    // Q is symmetric.
    const ofProduct =
      product && b.op('splineBending', { coefficients: product, grams: inputs.grams }).product;
    const both = ofEnergy && ofProduct && b.op('add', { a: ofEnergy, b: ofProduct }).value;
    return { coefficients: both ?? ofEnergy ?? ofProduct };
  },
  kernels: [bendingKernel, dotPartialsKernel, sumPartialsKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes }) {
    const { grid } = asField(inputTypes.coefficients);
    const [nx, ny, nz] = grid.sizeVoxels;
    const { coefficients, grams } = i;
    emitter.call(bendingKernel, { coefficients, grams, product: o.product }, { nx, ny, nz });
    const count = voxelCount(grid);
    const chunks = reductionChunks(count);
    const partials = emitter.scratch(3 * chunks);
    coefficients.forEach((plane, channel) => {
      const buffers = { a: plane, b: o.product[channel], partials };
      emitter.call(dotPartialsKernel, buffers, { count, offset: channel * chunks });
    });
    const sums = { count: 3 * chunks, quantities: 1, factor: 1 };
    emitter.call(sumPartialsKernel, { partials, total: o.energy }, sums);
  },
});
