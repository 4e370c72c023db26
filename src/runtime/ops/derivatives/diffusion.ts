import { spacingMm, voxelCount } from '../../../imaging/grid';
import { type FieldType, scalarsType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import { sumPartialsKernel } from '../reduce/sum-partials.kernel';
import { reductionChunks, reductionThreads, reductionWorkgroup } from '../reduction';
import { diffusionGradientOf, diffusionPartials } from './diffusion.cpu';
import gradientSource from './diffusion-gradient.wgsl?raw';
import partialsSource from './diffusion-partials.wgsl?raw';

const gridParameters = {
  nx: 'u32',
  ny: 'u32',
  nz: 'u32',
  weightX: 'f32',
  weightY: 'f32',
  weightZ: 'f32',
} as const;

const diffusionPartialsKernel = defineKernel({
  name: 'diffusion-partials',
  bindings: { plane: 'read', partials: 'update' },
  parameters: { ...gridParameters, offset: 'u32' },
  cpu: (b, p, share) => diffusionPartials(b.plane, b.partials, p, share),
  gpu: {
    source: partialsSource,
    threads: (p) => reductionThreads({ count: p.nx * p.ny * p.nz }),
    workgroupSize: reductionWorkgroup,
  },
  cost: (p) => ({ bytes: 4 * p.nx * p.ny * p.nz, operations: 12 * p.nx * p.ny * p.nz }),
});

const diffusionGradientKernel = defineKernel({
  name: 'diffusion-gradient',
  bindings: { plane: 'read', cotangent: 'read', gradient: 'write' },
  parameters: gridParameters,
  cpu: (b, p, share) =>
    diffusionGradientOf(
      b.plane,
      b.gradient,
      (b.cotangent[0] as number) / (p.nx * p.ny * p.nz),
      p,
      share,
    ),
  gpu: { source: gradientSource, threads: (p) => p.nx * p.ny * p.nz },
  cost: (p) => ({ bytes: 8 * p.nx * p.ny * p.nz, operations: 13 * p.nx * p.ny * p.nz }),
});

function gridNumbers(type: FieldType) {
  const [nx, ny, nz] = type.grid.sizeVoxels;
  const [hx, hy, hz] = spacingMm(type.grid);
  return { nx, ny, nz, weightX: 1 / hx ** 2, weightY: 1 / hy ** 2, weightZ: 1 / hz ** 2 };
}

export const diffusionEnergy = defineOp()({
  name: 'diffusionEnergy',
  doc:
    'loss = mean over voxels of ½ Σ |∂u|² over channels and axes, by forward differences per mm ' +
    '(no dimension for a displacement in mm); the last difference of an axis is zero.',
  inputs: { field: 'field' },
  outputs: ['loss'],
  infer: () => ({ loss: scalarsType(1) }),
  adjoint(b, { inputs: { field } }, { loss: cotangent }) {
    if (cotangent === undefined) return {};
    return { field: b.op('diffusionGradient', { field, cotangent }).field };
  },
  kernels: [diffusionPartialsKernel, sumPartialsKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes }) {
    const type = asField(inputTypes.field);
    const chunks = reductionChunks(voxelCount(type.grid));
    const count = chunks * type.channels;
    const partials = emitter.scratch(count);
    i.field.forEach((plane, channel) => {
      emitter.call(
        diffusionPartialsKernel,
        { plane, partials },
        { ...gridNumbers(type), offset: channel * chunks },
      );
    });
    emitter.call(
      sumPartialsKernel,
      { partials, total: o.loss },
      { count, quantities: 1, factor: 1 / voxelCount(type.grid) },
    );
  },
});

export const diffusionGradient = defineOp()({
  name: 'diffusionGradient',
  doc: 'Cotangent of the field of `diffusionEnergy`: −(cotangent/N) times its Laplacian per mm².',
  inputs: { field: 'field', cotangent: 'scalars' },
  outputs: ['field'],
  infer: ({ field }) => ({ field }),
  adjoint: 'not-differentiable',
  kernels: [diffusionGradientKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes }) {
    const numbers = gridNumbers(asField(inputTypes.field));
    i.field.forEach((plane, channel) => {
      emitter.call(
        diffusionGradientKernel,
        { plane, cotangent: i.cotangent, gradient: o.field[channel] },
        numbers,
      );
    });
  },
});
