import { InternalError } from '../../internal-error';
import { pointsType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asPoints } from '../grid-attributes';
import { drawUniform } from './random.cpu';
import source from './uniform-draws.wgsl?raw';

const uniformDrawsKernel = defineKernel({
  name: 'uniform-draws',
  bindings: { iteration: 'read', value: 'write3' },
  parameters: { count: 'u32', seed: 'u32', stream: 'u32' },
  cpu: (b, p, share) => drawUniform(b.value, b.iteration[0] as number, p, share),
  gpu: { source, threads: (p) => p.count },
  cost: (p) => ({ bytes: 12 * p.count, operations: 30 * p.count }),
});

export const uniformDraws = defineOp<{
  readonly count: number;
  /** From the document: another one gives other numbers. */
  readonly seed: number;
  /** Tells apart what draws with one seed, such as the levels of a registration. */
  readonly stream: number;
}>()({
  name: 'uniformDraws',
  doc:
    'Three random numbers a point, multiples of 2⁻²⁴ in [0, 1): a function of (seed, stream, iteration, index) alone, the same ' +
    'on every device. `iteration` is one whole number from 0 to 2²⁴, as loops count.',
  inputs: { iteration: 'scalars' },
  outputs: ['value'],
  infer({ iteration }, { count, seed, stream }) {
    if (iteration.kind !== 'scalars' || iteration.length !== 1) {
      throw new InternalError('An iteration is one number.');
    }
    const isInteger = [seed, stream].every(
      (one) => Number.isInteger(one) && one >= 0 && one < 2 ** 32,
    );
    if (!isInteger) throw new InternalError('Seeds and streams are whole numbers of 32 bits.');
    return { value: pointsType(count, 3) };
  },
  // Whatever an iteration is computed from, draws do not change with it smoothly.
  adjoint: 'constant',
  kernels: [uniformDrawsKernel],
  emit(emitter, { inputs: { iteration }, outputs: { value }, outputTypes, attributes }) {
    const { seed, stream } = attributes;
    const { count } = asPoints(outputTypes.value);
    emitter.call(uniformDrawsKernel, { iteration, value }, { count, seed, stream });
  },
});
