import { scalarsType } from '../../ir/values';
import { defineOp } from '../define-op';
import { emitExpressions } from '../pointwise/pointwise';
import { globalCorrelation } from './global-correlation';

export const correlationReport = defineOp()({
  name: 'correlationReport',
  doc:
    'Normalized cross-correlation over all voxels, between −1 and 1; 0 where an image is constant. ' +
    'What `globalCorrelation` minimizes, with the sign that people expect.',
  inputs: { fixed: 'field', warped: 'field' },
  outputs: ['ncc'],
  infer: (inputs) => ({ ncc: globalCorrelation.infer(inputs, {}).loss }),
  adjoint: 'not-differentiable',
  kernels: globalCorrelation.kernels,
  emit(emitter, site) {
    const loss = emitter.scratch(1);
    globalCorrelation.emit(emitter, {
      ...site,
      outputs: { loss: [loss] },
      outputTypes: { loss: scalarsType(1) },
    });
    const type = scalarsType(1);
    emitExpressions(
      emitter,
      'negated',
      [['neg', 'loss']],
      { loss: [loss] },
      { loss: type },
      { type, buffers: site.outputs.ncc },
    );
  },
});
