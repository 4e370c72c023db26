import type { SymbolicTensor } from '@tensorflow/tfjs';
import { z } from 'zod';
import { conditionalNormalization } from '../layers/conditional-normalization';
import { type Architecture, checkSize } from './architecture';
import { type BlockCondition, finishLapIrn, lapIrnSettings } from './lapirn';
import { type NetworkSketch, sketchNetwork } from './network-sketch';

const settings = z.strictObject({
  ...lapIrnSettings,
  predicts: z.enum(['velocity', 'displacement']).default('displacement'),
  /** Factor on the weights of the regularizers at a share of 1. */
  strongest: z.number().positive().max(1000).default(10),
});

/** Settings of conditional LapIRN, all of them. */
export type ConditionalLapIrnSettings = z.infer<typeof settings>;

/** Numbers of the code, and of each layer that it comes from. */
const codes = 64;

/**
 * Conditional LapIRN: Mok and Chung, MICCAI 2021, doi:10.1007/978-3-030-87202-1_4. LapIRN by displacements, in whose residual blocks each
 * activation sees its input normalized over the image, then scaled and shifted by a code of 64 numbers; each block makes its
 * own code from how much regularization counts, by four fully connected layers with leaky ReLU (0.2). Similarities count 1 and
 * regularizers `strongest` · λ. What LapIRN does differently from its authors' code is different here too.
 */
export const conditionalLapIrn: Architecture<ConditionalLapIrnSettings> = {
  name: 'conditional-lapirn',
  title: 'Conditional LapIRN',
  settings,
  multipleOf: () => 8,
  condition: ({ strongest }) => ({
    factors: (share) => ({ similarity: 1, regularizer: strongest * share }),
  }),
  build(tf, request) {
    checkSize('Conditional LapIRN', request, 8);
    const sketch = sketchNetwork(tf, request, 'pytorch');
    return finishLapIrn(this, sketch, request, conditionOf(sketch, 4 * request.settings.width));
  },
};

/** Normalizes by a code of the block. */
function conditionOf(sketch: NetworkSketch, channels: number): BlockCondition {
  const { tf } = sketch;
  const codeOf = new Map<string, SymbolicTensor>();
  const code = (block: string): SymbolicTensor => {
    let made = codeOf.get(block);
    if (made) return made;
    made = sketch.regularization();
    for (let layer = 0; layer < 4; layer += 1) {
      const name = `${block}_code_${layer}`;
      made = sketch.leakyRelu(`${name}_activation`, sketch.dense(name, made, codes), 0.2);
    }
    codeOf.set(block, made);
    return made;
  };
  return ({ block, half }, input) => {
    const name = `${block}_${half}_normalized`;
    const bound = 1 / Math.sqrt(codes);
    const initializer = sketch.initializer(name, (seed) =>
      tf.initializers.randomUniform({ minval: -bound, maxval: bound, seed }),
    );
    const layer = conditionalNormalization(tf, { name, channels, codes, initializer });
    return sketch.apply(layer, [input, code(block)]);
  };
}
