import type { SymbolicTensor } from '@tensorflow/tfjs';
import { z } from 'zod';
import { generatedConvolution } from '../layers/generated-convolution';
import { type Architecture, checkSize } from './architecture';
import { type NetworkSketch, sketchNetwork } from './network-sketch';
import { finishVoxelMorph } from './voxelmorph';

const channels = z.int().min(1).max(512);

const settings = z.strictObject({
  predicts: z.enum(['displacement', 'velocity']).default('velocity'),
  /** As VoxelMorph's. */
  encoder: z.array(channels).min(1).max(6).default([16, 32, 32, 32]),
  /** As VoxelMorph's. */
  decoder: z.array(channels).min(1).max(12).default([32, 32, 32, 32, 32, 16, 16]),
  /** Fully connected layers of the network that generates the other's weights. */
  layers: z.int().min(1).max(12).default(6),
  /** Numbers that each of them gives; every weight of the U-Net is a linear map of the last ones. */
  units: z.int().min(1).max(512).default(128),
});

/** Settings of HyperMorph, all of them. */
export type HyperMorphSettings = z.infer<typeof settings>;

/**
 * HyperMorph: Hoopes et al., IPMI 2021, doi:10.1007/978-3-030-78191-0_1, and MELBA 1 (2022), doi:10.59275/j.melba.2022-74f1. A
 * VoxelMorph of which every convolution but the last, which gives the field, has its kernel and bias generated from how much
 * regularization counts. The table is that of the authors' Keras code: six layers of 128 with ReLU,
 * then a linear map with bias for every kernel and every bias; a velocity at half of the resolution. The wired
 * similarities count 1 − λ and the regularizers λ.
 *
 * Ours: the kernels that λ = 0 generates at the start are those that a VoxelMorph starts from, so that the
 * U-Net is in order from the first step on; the maps of the code begin as Keras begins what is fully connected. λ is drawn
 * evenly, where the authors draw 0 and 1 more often.
 */
export const hypermorph: Architecture<HyperMorphSettings> = {
  name: 'hypermorph',
  title: 'HyperMorph',
  settings,
  multipleOf: ({ encoder }) => 2 ** encoder.length,
  condition: () => ({ factors: (share) => ({ similarity: 1 - share, regularizer: share }) }),
  build(tf, request) {
    checkSize('HyperMorph', request, this.multipleOf(request.settings));
    const { layers, units, ...unet } = request.settings;
    const sketch = sketchNetwork(tf, request, 'keras');
    let code = sketch.regularization();
    for (let layer = 0; layer < layers; layer += 1) {
      code = sketch.dense(`hyper_${layer}`, code, units, 'relu');
    }
    const generating = withGeneratedConvolutions(sketch, code, units);
    return finishVoxelMorph('hypermorph', generating, { ...unet, logVariance: false });
  },
};

/** A sketch in which the convolutions of the U-Net have their weights from a code. */
function withGeneratedConvolutions(
  sketch: NetworkSketch,
  code: SymbolicTensor,
  codes: number,
): NetworkSketch {
  const { tf, axes, initializer } = sketch;
  const glorot = (seed: number) => tf.initializers.glorotUniform({ seed });
  return {
    ...sketch,
    convolution(name, input, layer) {
      if (name === 'flow') return sketch.convolution(name, input, layer);
      const { filters, kernel = 3 } = layer;
      const generated = generatedConvolution(tf, {
        name,
        axes,
        channels: [input.shape.at(-1) as number, filters],
        kernel,
        codes,
        initializer: initializer(`${name}/kernel_of_code`, glorot),
        biasInitializer: initializer(`${name}/bias_of_code`, glorot),
        kernelInitializer: initializer(name, (seed) => tf.initializers.heNormal({ seed })),
      });
      return sketch.apply(generated, [input, code]);
    },
  };
}
