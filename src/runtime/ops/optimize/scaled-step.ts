import { elementsPerBuffer } from '../../ir/values';
import { scaleElements } from '../arithmetic/elementwise.cpu';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import source from './scaled-step.wgsl?raw';

export type ScaledStepAttributes = {
  /** What a size of 1 is in the direction's unit: mm for a displacement. */
  readonly unitMm: number;
  /** Only shortens: directions with a norm below 1 keep their length. */
  readonly cap: boolean;
  /** Fraction of the step that is left after `maxIterations`. */
  readonly finalFraction: number;
  readonly maxIterations: number;
};

const scaledStepKernel = defineKernel({
  name: 'scaled-step',
  bindings: {
    direction: 'read',
    largest: 'read',
    size: 'read',
    iteration: 'read',
    scaled: 'write',
  },
  parameters: {
    count: 'u32',
    unitMm: 'f32',
    cap: 'u32',
    finalFraction: 'f32',
    maxIterations: 'f32',
  },
  cpu(b, p, share) {
    const progress = Math.min((b.iteration[0] as number) / p.maxIterations, 1);
    const decay = 1 - (1 - p.finalFraction) * progress;
    const largest = b.largest[0] as number;
    const norm = p.cap ? Math.max(largest, 1) : largest;
    const factor = norm > 0 ? (-(b.size[0] as number) * p.unitMm * decay) / norm : 0;
    scaleElements(b.direction, b.scaled, factor, p.count, share);
  },
  gpu: { source, threads: (p) => p.count },
  cost: (p) => ({ bytes: 8 * p.count, operations: p.count }),
});

export const scaledStep = defineOp<ScaledStepAttributes>()({
  name: 'scaledStep',
  doc:
    'A step against a direction whose largest norm is known: ' +
    '−direction · size · unitMm · decay / norm, where norm = max(1, largest) with `cap`, else ' +
    'largest (0 gives 0), and decay falls linearly from 1 to finalFraction over maxIterations.',
  inputs: { direction: 'any', largest: 'scalars', size: 'scalars', iteration: 'scalars' },
  outputs: ['step'],
  infer: ({ direction }) => ({ step: direction }),
  adjoint: 'not-differentiable',
  kernels: [scaledStepKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    i.direction.forEach((plane, channel) => {
      emitter.call(
        scaledStepKernel,
        {
          direction: plane,
          largest: i.largest,
          size: i.size,
          iteration: i.iteration,
          scaled: o.step[channel],
        },
        {
          count: elementsPerBuffer(inputTypes.direction),
          unitMm: attributes.unitMm,
          cap: attributes.cap ? 1 : 0,
          finalFraction: attributes.finalFraction,
          maxIterations: Math.max(1, attributes.maxIterations),
        },
      );
    });
  },
});
