import { InternalError } from '../../internal-error';
import type { Expression } from '../../ir/formula';
import { sameType, scalarsType } from '../../ir/values';
import { defineOp } from '../define-op';
import { asField, requireWeightOn } from '../grid-attributes';
import { emitSum } from '../pointwise/pointwise';
import { sumPartialsKernel } from '../reduce/sum-partials.kernel';

const difference: Expression = ['-', 'warped', 'fixed'];

export const meanSquaredDifference = defineOp()({
  name: 'meanSquaredDifference',
  doc:
    'loss = mean over voxels and channels of [weight ·] (warped − fixed)². The weight is a constant of ' +
    'the iteration: no gradient flows to it.',
  inputs: { fixed: 'field', warped: 'field', weight: 'field?' },
  outputs: ['loss'],
  infer({ fixed, warped, weight }) {
    if (!sameType(asField(fixed), asField(warped))) {
      throw new InternalError('Fixed and warped are on different grids.');
    }
    requireWeightOn(fixed, weight);
    return { loss: scalarsType(1) };
  },
  adjoint(b, { inputs: { fixed, warped, weight } }, { loss: cotangent }) {
    if (cotangent === undefined) return {};
    const { grid, channels } = asField(b.typeOf(fixed));
    const count = channels * grid.sizeVoxels.reduce((product, n) => product * n, 1);
    // 2·cotangent/N·[weight ·] (warped − fixed), and for the fixed image the same the other way round.
    const slope: Expression = ['*', 'c', 2 / count];
    const weighed: Expression = weight === undefined ? slope : ['*', slope, 'd'];
    const towards = (a: typeof fixed, from: typeof fixed) =>
      b.op(
        'pointwise',
        { a, b: from, c: cotangent, d: weight },
        { expressions: [['*', weighed, ['-', 'a', 'b']]] },
      ).value;
    return { fixed: towards(fixed, warped), warped: towards(warped, fixed) };
  },
  kernels: [sumPartialsKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes }) {
    const counted: Expression = i.weight === undefined ? difference : ['*', 'weight', difference];
    const channels = i.fixed.length;
    emitSum(
      emitter,
      'mean-squared-difference',
      [['*', counted, difference]],
      i,
      inputTypes,
      o.loss,
      (count) => 1 / (count * channels),
    );
  },
});
