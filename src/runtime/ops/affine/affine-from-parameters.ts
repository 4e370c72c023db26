import { InternalError } from '../../internal-error';
import type { KernelParameters } from '../../ir/kernel-graph';
import { scalarsType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { affineOf, parametersCotangentOf } from './affine.cpu';
import source from './affine-from-parameters.wgsl?raw';
import adjointSource from './affine-from-parameters-adjoint.wgsl?raw';

export type AffineParameterization = {
  /** 6 parameters, of which a translation uses three, 7 or 12. */
  readonly freedom: 'translation' | 'rigid' | 'similarity' | 'affine';
  /** Fixed point of rotation, scale and shear: world mm. */
  readonly centreMm: readonly number[];
  /** Makes angles, log-scales and shears lengths: their arc at this distance from the centre. */
  readonly radiusMm: number;
  /** World unit normal of a one-slice grid, in whose plane the motion stays; empty for a volume. */
  readonly sliceNormal: readonly number[];
};

/** Numbers that a map of each freedom is given by. */
export const parameterCount = { translation: 6, rigid: 6, similarity: 7, affine: 12 } as const;
/** What kernels are told of a frame. */
export const frameParameters = {
  axesAndCentre: 'matrix3x4',
  radiusMm: 'f32',
  count: 'u32',
  planar: 'u32',
  turning: 'u32',
} as const;

const affineFromParametersKernel = defineKernel({
  name: 'affine-from-parameters',
  bindings: { parameters: 'read', affine: 'write' },
  parameters: frameParameters,
  sharedAmongThreads: false,
  cpu: (b, p) => affineOf(b.parameters, b.affine, p),
  gpu: { source, threads: () => 1, workgroupSize: 1 },
  cost: () => ({ bytes: 96, operations: 400 }),
});

const affineFromParametersAdjointKernel = defineKernel({
  name: 'affine-from-parameters-adjoint',
  bindings: { parameters: 'read', cotangent: 'read', parametersCotangent: 'write' },
  parameters: frameParameters,
  sharedAmongThreads: false,
  cpu: (b, p) => parametersCotangentOf(b.parameters, b.cotangent, b.parametersCotangent, p),
  gpu: { source: adjointSource, threads: () => 1, workgroupSize: 1 },
  cost: () => ({ bytes: 144, operations: 900 }),
});

export const affineFromParameters = defineOp<AffineParameterization>()({
  name: 'affineFromParameters',
  doc:
    'affine(x) = c + t + R·U·(x − c), mm. Parameters, all in mm: rotation vector·radius, ' +
    'translation t; for `affine` also three log-scales·radius and the shears xy, xz, yz·radius, for ' +
    '`similarity` one log-scale·radius of all axes; for `translation` rotations have no effect; ' +
    'U is upper triangular with the exponentials of the log-scales on its diagonal, so that the ' +
    'determinant is positive. They are taken along the axes of the world; for one slice along two ' +
    'axes in its plane and its normal, and only motion within the plane has an effect.',
  inputs: { parameters: 'scalars' },
  outputs: ['affine'],
  infer({ parameters }, { freedom }) {
    const count = parameterCount[freedom];
    if (parameters.kind !== 'scalars' || parameters.length !== count) {
      throw new InternalError(`A map of freedom "${freedom}" takes ${count} parameters.`);
    }
    return { affine: scalarsType(12) };
  },
  adjoint(b, { inputs: { parameters }, attributes }, { affine: cotangent }) {
    if (cotangent === undefined) return {};
    return b.op('affineFromParametersAdjoint', { parameters, cotangent }, attributes);
  },
  kernels: [affineFromParametersKernel],
  emit(emitter, { inputs, outputs, attributes }) {
    emitter.call(
      affineFromParametersKernel,
      { parameters: inputs.parameters, affine: outputs.affine },
      frameOf(attributes),
    );
  },
});

export const affineFromParametersAdjoint = defineOp<AffineParameterization>()({
  name: 'affineFromParametersAdjoint',
  doc: 'Cotangent of the parameters of `affineFromParameters`, from that of the affine.',
  inputs: { parameters: 'scalars', cotangent: 'scalars' },
  outputs: ['parameters'],
  infer: ({ parameters }) => ({ parameters }),
  adjoint: 'not-differentiable',
  kernels: [affineFromParametersAdjointKernel],
  emit(emitter, { inputs, outputs, attributes }) {
    emitter.call(
      affineFromParametersAdjointKernel,
      {
        parameters: inputs.parameters,
        cotangent: inputs.cotangent,
        parametersCotangent: outputs.parameters,
      },
      frameOf(attributes),
    );
  },
});

/** The same of an op's attributes. */
export function frameOf({
  freedom,
  centreMm,
  radiusMm,
  sliceNormal,
}: AffineParameterization): KernelParameters {
  const [cx = 0, cy = 0, cz = 0] = centreMm;
  const [[ax, ay, az], [bx, by, bz], [nx, ny, nz]] = axesAlong(sliceNormal);
  return {
    axesAndCentre: [ax, bx, nx, cx, ay, by, ny, cy, az, bz, nz, cz],
    radiusMm,
    count: parameterCount[freedom],
    planar: sliceNormal.length === 0 ? 0 : 1,
    turning: freedom === 'translation' ? 0 : 1,
  };
}

type Axis = readonly [number, number, number];

/** Two axes of a plane and its normal, made by the smallest turn of the world's; Frisvad 2012. */
function axesAlong([nx, ny, nz]: readonly number[]): readonly [Axis, Axis, Axis] {
  if (nx === undefined || ny === undefined || nz === undefined) {
    return [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ];
  }
  // The formula divides by 1 + nz; the opposite normal spans the same plane.
  if (nz < 0) return axesAlong([-nx, -ny, -nz]);
  const a = 1 / (1 + nz);
  return [
    [1 - a * nx * nx, -a * nx * ny, -nx],
    [-a * nx * ny, 1 - a * ny * ny, -ny],
    [nx, ny, nz],
  ];
}
