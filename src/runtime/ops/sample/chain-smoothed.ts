import { defineKernel } from '../define-kernel';
import { defineOp, type Fusion } from '../define-op';
import { asField } from '../grid-attributes';
import { type GaussianAttributes, narrowGaussian } from '../smooth/gaussian';
import { smoothChainedBySimd } from '../smooth/gaussian.simd';
import {
  columnsOf,
  narrowAxes,
  narrowParameters,
  smoothAxisByAxis,
} from '../smooth/gaussian-axis.kernel';
import { chainToDisplacement } from './chain.cpu';
import { type ChainAttributes, sourceFromWorld } from './chain-attributes';
import source from './chain-smoothed.wgsl?raw';
import { pointMap } from './point-map';

/** The gradient by displacement, smoothed as it is made. */
const chainSmoothedKernel = defineKernel({
  name: 'chain-smoothed',
  bindings: { cotangent: 'read', affine: 'read?', value: 'read3', smoothed: 'write3' },
  parameters: {
    ...narrowParameters,
    worldFromTarget: 'matrix3x4',
    sourceFromWorld: 'matrix3x4',
    transformed: 'i32',
  },
  cpu({ cotangent, affine, value: slope, smoothed }, p, share, simd) {
    const size = [p.nx, p.ny, p.nz] as const;
    const axes = narrowAxes(p);
    if (simd) {
      const planes = { cotangent, slope, smoothed };
      const map = pointMap(p, affine).subarray(12);
      if (smoothChainedBySimd(simd, planes, map, size, axes, share)) return;
    }
    // In float64, and where rows are too long for the scratch, the first thread works alone.
    if (share.part !== 0) return;
    const alone = { part: 0, parts: 1 };
    const gradient = [0, 1, 2].map(() => new Float64Array(cotangent.length)) as Planes;
    chainToDisplacement(cotangent, slope, affine, gradient, p, alone);
    gradient.forEach((plane, channel) => {
      const target = smoothed[channel];
      if (target) smoothAxisByAxis(plane, target, size, axes, alone);
    });
  },
  gpu: { source, threads: columnsOf },
  cost: (p) => ({
    bytes: 28 * p.nx * p.ny * p.nz,
    operations: (27 + 9 * (p.radiusX + p.radiusY + p.radiusZ)) * p.nx * p.ny * p.nz,
  }),
});

type Planes = [Float64Array, Float64Array, Float64Array];

/** How the gradient by displacement joins the Gaussian that alone reads it. */
export const withGaussian: Fusion = {
  partner: 'gaussian',
  into: 'chainToDisplacementSmoothed',
  name: 'chain-smoothed',
  join(own, partner, typeOf) {
    const { value } = own.outputs;
    if (value === undefined || partner.inputs.value !== value) return undefined;
    const { sizeVoxels } = asField(typeOf(value)).grid;
    const isNarrow = narrowGaussian(partner.attributes as GaussianAttributes, sizeVoxels);
    return isNarrow
      ? { inputs: own.inputs, attributes: { ...own.attributes, ...partner.attributes } }
      : undefined;
  },
};

export const chainToDisplacementSmoothed = defineOp<ChainAttributes & GaussianAttributes>()({
  name: 'chainToDisplacementSmoothed',
  doc: '`gaussian` of `chainToDisplacement`, in one walk, for narrow Gaussians in volumes. Made by fusion only.',
  inputs: { cotangent: 'field', derivative: 'field', affine: 'scalars?' },
  outputs: ['value'],
  infer: ({ derivative }) => ({ value: asField(derivative, 3) }),
  adjoint: 'not-differentiable',
  kernels: [chainSmoothedKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const { grid } = asField(inputTypes.derivative);
    const [nx, ny, nz] = grid.sizeVoxels;
    emitter.call(
      chainSmoothedKernel,
      { cotangent: i.cotangent, affine: i.affine, value: i.derivative, smoothed: o.value },
      {
        ...{ nx, ny, nz, ...narrowGaussian(attributes, grid.sizeVoxels) },
        worldFromTarget: [...grid.worldFromVoxel],
        sourceFromWorld: sourceFromWorld(attributes),
        transformed: i.affine === undefined ? 0 : 1,
      },
    );
  },
});
