import { invertMatrix, type Matrix3x4 } from '../../../imaging/frames';
import { InternalError } from '../../internal-error';
import { scalarsType } from '../../ir/values';
import { defineKernel, type FloatArray } from '../define-kernel';
import { defineOp } from '../define-op';

/** An affine that shrinks volumes more than this has no inverse worth the name. */
const leastVolume = 1e-9;

const kernel = defineKernel({
  name: 'invert-affine',
  bindings: { affine: 'read', inverse: 'write', verdict: 'write' },
  parameters: {},
  sharedAmongThreads: false,
  cpu: (b) => invertAffineOf(b.affine, b.inverse, b.verdict),
  gpu: 'host',
  cost: () => ({ bytes: 100, operations: 60 }),
});

export const invertAffine = defineOp()({
  name: 'invertAffine',
  doc:
    'The inverse of an affine, 12 numbers, row-major 3×4; verdict = (0, 1), or (0, 0) where the affine is singular and the inverse ' +
    'given is the identity.',
  inputs: { affine: 'scalars' },
  outputs: ['inverse', 'verdict'],
  infer({ affine }) {
    if (affine.kind !== 'scalars' || affine.length !== 12) {
      throw new InternalError('An affine is twelve scalars.');
    }
    return { inverse: scalarsType(12), verdict: scalarsType(2) };
  },
  adjoint: 'not-differentiable',
  kernels: [kernel],
  emit: (emitter, { inputs, outputs }) => emitter.call(kernel, { ...inputs, ...outputs }, {}),
});

function invertAffineOf(affine: FloatArray, inverse: FloatArray, verdict: FloatArray): void {
  const matrix = [...affine.subarray(0, 12)] as unknown as Matrix3x4;
  const [a, b, c, , d, e, f, , g, h, i] = matrix;
  const volume = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  const isRegular = Math.abs(volume) >= leastVolume;
  inverse.set(isRegular ? invertMatrix(matrix) : [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]);
  verdict.set([0, isRegular ? 1 : 0]);
}
