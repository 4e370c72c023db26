import { InternalError } from '../../internal-error';
import { scalarsType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asPoints } from '../grid-attributes';
import { fitCode, fitLandmarks, fitMeasures } from './landmark-fit.cpu';

const kernel = defineKernel({
  name: 'landmark-fit',
  bindings: { fixed: 'read3', moving: 'read3', affine: 'write', report: 'write' },
  parameters: { count: 'u32', freedom: 'u32' },
  sharedAmongThreads: false,
  cpu: (b, p) => fitLandmarks(b.fixed, b.moving, b.affine, b.report, p),
  gpu: 'host',
  cost: (p) => ({ bytes: 24 * p.count, operations: 100 * p.count + 20_000 }),
});

export const landmarkFit = defineOp<{ readonly freedom: keyof typeof fitCode }>()({
  name: 'landmarkFit',
  doc:
    'The translation, rigid map, similarity or affine (12 numbers) that takes fixed points (mm) to moving ones with the least sum of squares; ' +
    'rigid and similar ones are never a mirror image. Reported: root mean square, mean and largest residual, mm; and the spread of the fixed ' +
    'points across their longest direction, second and least, as shares of it: 0 on a line, or in a plane.',
  inputs: { fixed: 'points', moving: 'points' },
  outputs: ['affine', 'report'],
  infer({ fixed, moving }) {
    if (asPoints(fixed, 3).count !== asPoints(moving, 3).count) {
      throw new InternalError('There is not one moving point for each fixed one.');
    }
    return { affine: scalarsType(12), report: scalarsType(fitMeasures.length) };
  },
  adjoint: 'not-differentiable',
  kernels: [kernel],
  emit(emitter, { inputs, outputs, inputTypes, attributes }) {
    const { count } = asPoints(inputTypes.fixed);
    emitter.call(
      kernel,
      { ...inputs, ...outputs },
      { count, freedom: fitCode[attributes.freedom] },
    );
  },
});
