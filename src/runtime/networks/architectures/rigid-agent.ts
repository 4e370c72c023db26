import type { SymbolicTensor } from '@tensorflow/tfjs';
import { z } from 'zod';
import { momentPool } from '../layers/moment-pool';
import { freeParameters } from '../motion-of-parameters';
import { type Architecture, checkSize } from './architecture';
import { sketchNetwork } from './network-sketch';

const features = z.int().min(1).max(512);

const settings = z.strictObject({
  /** What it says of a state: the worth of each step, or how likely each is to be taken and how much is left to gain. */
  heads: z.enum(['action-values', 'policy-and-value']).default('action-values'),
  /** Lengths of its steps. */
  stepMm: z.number().positive().max(100).default(1),
  stepDegrees: z.number().positive().max(45).default(1),
  /** Channels of the convolutions, each of which halves the size. */
  encoder: z.array(features).min(1).max(8).default([16, 32, 64, 64]),
  /** Numbers of the hidden dense layers. */
  dense: z.array(features).max(4).default([128]),
});

/** Settings of the rigid agent, all of them. */
export type RigidAgentSettings = z.infer<typeof settings>;

/**
 * An agent that brings two images onto each other by rigid steps. With action values it is the one of Liao et al., An artificial
 * agent for robust image registration (AAAI 2017), arXiv:1611.10336; with a policy and a value that of Hu et al., End-to-end multimodal image registration via
 * reinforcement learning, Medical Image Analysis 68 (2021), doi:10.1016/j.media.2020.101878.
 *
 * Chosen here: the encoder of `affine-regression.ts`, with first moments beside the averages, in place of pooling and of fully connected layers of
 * a fixed size; and no ConvLSTM before the heads, since a state, both images, says all that there is to know.
 */
export const rigidAgent: Architecture<RigidAgentSettings> = {
  name: 'rigid-agent',
  title: 'Rigid agent',
  task: 'step',
  settings,
  // Odd sizes are padded, and what is pooled knows no size.
  multipleOf: () => 1,
  build(tf, request) {
    checkSize('Rigid agent', request, 1);
    const { heads, encoder, dense } = request.settings;
    const sketch = sketchNetwork(tf, request, 'keras');
    let last: SymbolicTensor = sketch.both();
    for (const [level, filters] of encoder.entries()) {
      const name = `encoder_${level}`;
      last = sketch.leakyRelu(
        `${name}_relu`,
        sketch.convolution(name, last, { filters, stride: 2 }),
        0.2,
      );
    }
    last = sketch.apply(momentPool(tf, 'moments'), last);
    for (const [index, units] of dense.entries()) {
      const name = `dense_${index}`;
      last = sketch.leakyRelu(`${name}_relu`, sketch.dense(name, last, units), 0.2);
    }
    const steps = 2 * freeParameters('rigid', sketch.axes).length;
    const outputs =
      heads === 'action-values'
        ? [sketch.dense('action_values', last, steps)]
        : [sketch.dense('policy', last, steps), sketch.dense('value', last, 1)];
    return { model: sketch.model('rigid-agent', outputs), predicts: heads, everyVoxels: 1 };
  },
};
