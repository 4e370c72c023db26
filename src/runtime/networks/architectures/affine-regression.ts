import type { SymbolicTensor } from '@tensorflow/tfjs';
import { z } from 'zod';
import { momentPool } from '../layers/moment-pool';
import { freeParameters } from '../motion-of-parameters';
import { type Architecture, checkSize } from './architecture';
import { sketchNetwork } from './network-sketch';

const features = z.int().min(1).max(512);

const settings = z.strictObject({
  /** Which map it predicts. */
  predicts: z.enum(['rigid', 'affine']).default('affine'),
  /** Channels of the convolutions, each of which halves the size. */
  encoder: z.array(features).min(1).max(8).default([16, 32, 64, 64, 64]),
  /** Numbers of the hidden dense layers. */
  dense: z.array(features).max(4).default([64]),
});

/** Settings of the affine regression, all of them. */
export type AffineRegressionSettings = z.infer<typeof settings>;

/**
 * A network that predicts one rigid or affine map, after the affine stage of de Vos et al., Medical Image Analysis 52 (2019),
 * doi:10.1016/j.media.2018.11.010: an encoder, a global average, dense layers that end in the parameters, trained through the
 * map on any similarity.
 *
 * Chosen here: both images are seen at once, as by VoxelMorph, by convolutions of stride 2 with leaky ReLU (0.2); first
 * moments are pooled beside the averages, without which the dense layers would not know where something was seen; the last
 * layer begins with zeros, so that training begins at the identity. Parameters are told apart by `motion-of-parameters.ts`.
 */
export const affineRegression: Architecture<AffineRegressionSettings> = {
  name: 'affine-regression',
  title: 'Affine regression',
  settings,
  // Odd sizes are padded, and what is pooled knows no size.
  multipleOf: () => 1,
  build(tf, request) {
    checkSize('Affine regression', request, 1);
    const { predicts, encoder, dense } = request.settings;
    const sketch = sketchNetwork(tf, request, 'keras');
    let last: SymbolicTensor = sketch.both();
    for (const [level, filters] of encoder.entries()) {
      const name = `encoder_${level}`;
      const seen = sketch.convolution(name, last, { filters, stride: 2 });
      last = sketch.leakyRelu(`${name}_relu`, seen, 0.2);
    }
    last = sketch.apply(momentPool(tf, 'moments'), last);
    for (const [index, units] of dense.entries()) {
      const name = `dense_${index}`;
      const kernelInitializer = sketch.initializer(name, (seed) =>
        tf.initializers.heNormal({ seed }),
      );
      last = sketch.apply(tf.layers.dense({ name, units, kernelInitializer }), last);
      last = sketch.leakyRelu(`${name}_relu`, last, 0.2);
    }
    const units = freeParameters(predicts, sketch.axes).length;
    const kernelInitializer = sketch.initializer('parameters', () => tf.initializers.zeros());
    last = sketch.apply(tf.layers.dense({ name: 'parameters', units, kernelInitializer }), last);
    return { model: sketch.model('affine-regression', [last]), predicts, everyVoxels: 1 };
  },
};
