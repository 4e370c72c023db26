import { identityMatrix } from '../../../imaging/frames';
import { InternalError } from '../../internal-error';
import type { Expression } from '../../ir/formula';
import { scalarsType, type ValueType } from '../../ir/values';
import { defineOp } from '../define-op';
import { asPoints } from '../grid-attributes';
import { fillKernel } from '../loop/loop-kernels';
import { emitExpressions } from '../pointwise/pointwise';
import { reductionChunks } from '../reduction';
import { affineFinishKernel, affinePartialsKernel } from '../sample/chain';

/** Row by row A·(p, 1), A the twelve numbers of `affine`. */
const moved: readonly Expression[] = [0, 4, 8].map((row) => {
  const term = (axis: number): Expression => ['*', `affine.${row + axis}`, `points.${axis}`];
  return ['+', ['+', ['+', term(0), term(1)], term(2)], `affine.${row + 3}`];
});

/** Aᵀ of the linear part times what three channels have. */
const turnedBack: readonly Expression[] = [0, 1, 2].map((axis) => {
  const term = (row: number): Expression => ['*', `b.${4 * row + axis}`, `a.${row}`];
  return ['+', ['+', term(0), term(1)], term(2)];
});

function requireAffine(affine: ValueType): void {
  if (affine.kind !== 'scalars' || affine.length !== 12) {
    throw new InternalError('Points are moved by an affine of twelve numbers.');
  }
}

export const movePoints = defineOp()({
  name: 'movePoints',
  doc: 'value[i] = A·p[i]: points moved by an affine (12 numbers, row-major 3×4), in the unit of the points.',
  inputs: { points: 'points', affine: 'scalars' },
  outputs: ['value'],
  infer({ points, affine }) {
    requireAffine(affine);
    return { value: asPoints(points, 3) };
  },
  adjoint(b, { inputs: { points, affine } }, { value: cotangent }) {
    if (cotangent === undefined) return {};
    return {
      points: b.op('pointwise', { a: cotangent, b: affine }, { expressions: turnedBack }).value,
      affine: b.op('movePointsToAffine', { cotangent, points }).value,
    };
  },
  kernels: [],
  emit(emitter, { inputs, outputs, inputTypes, outputTypes }) {
    emitExpressions(emitter, 'move-points', moved, inputs, inputTypes, {
      type: outputTypes.value,
      buffers: outputs.value,
    });
  },
});

export const movePointsToAffine = defineOp()({
  name: 'movePointsToAffine',
  doc: 'Gradient of a loss with respect to the affine of `movePoints`: Σ cotangent ⊗ (p, 1), 12 numbers, row-major.',
  inputs: { cotangent: 'points', points: 'points' },
  outputs: ['value'],
  infer({ cotangent, points }) {
    if (asPoints(cotangent, 3).count !== asPoints(points, 3).count) {
      throw new InternalError('There is not one place for each point.');
    }
    return { value: scalarsType(12) };
  },
  adjoint: 'not-differentiable',
  kernels: [fillKernel, affinePartialsKernel, affineFinishKernel],
  emit(emitter, { inputs: { cotangent, points }, outputs: { value }, inputTypes }) {
    const { count } = asPoints(inputTypes.points);
    const chunks = reductionChunks(count);
    const ones = emitter.scratch(count);
    const partials = emitter.scratch(chunks * 12);
    emitter.call(fillKernel, { value: ones }, { count, number: 1 });
    // The points are where voxels that all lie at the origin are displaced to.
    emitter.call(
      affinePartialsKernel,
      { cotangent: ones, derivative: cotangent, displacement: points, partials },
      { nx: count, ny: 1, nz: 1, worldFromTarget: new Array(12).fill(0), displaced: 1 },
    );
    emitter.call(
      affineFinishKernel,
      { partials, value },
      { sourceFromWorld: [...identityMatrix], chunks },
    );
  },
});
