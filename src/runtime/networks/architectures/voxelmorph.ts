import type { SymbolicTensor } from '@tensorflow/tfjs';
import { z } from 'zod';
import { type Architecture, type BuiltNetwork, checkSize } from './architecture';
import { type NetworkSketch, sketchNetwork } from './network-sketch';

const features = z.int().min(1).max(512);

const settings = z.strictObject({
  /** A displacement, or a stationary velocity to be exponentiated. */
  predicts: z.enum(['displacement', 'velocity']).default('displacement'),
  /** 2 leaves out the last upsampling. Absent: 1 for a displacement, 2 for a velocity. */
  everyVoxels: z.union([z.literal(1), z.literal(2)]).optional(),
  /** Channels of the convolutions before each pooling. */
  encoder: z.array(features).min(1).max(6).default([16, 32, 32, 32]),
  /** Channels of the convolutions before each upsampling, then of those at the field's resolution. */
  decoder: z.array(features).min(1).max(12).default([32, 32, 32, 32, 32, 16, 16]),
  /** A second output, the logarithm of the field's variance: the probabilistic network. */
  logVariance: z.boolean().default(false),
  /** With a variance: λ of the prior's precision, for samples of the field. */
  prior: z.number().positive().max(1_000_000).default(25),
  /** Largest factor by which regularization may count more or less at a place: above 1, a last output says where. Ours. */
  localWeight: z.number().min(1).max(100).default(1),
});

/** Settings of VoxelMorph, all of them. */
export type VoxelMorphSettings = z.infer<typeof settings>;

/**
 * VoxelMorph: Balakrishnan et al., IEEE TMI 38 (2019), doi:10.1109/TMI.2019.2897538; with velocities
 * and variances Dalca et al., Medical Image Analysis 57 (2019), doi:10.1016/j.media.2019.07.006.
 *
 * The layer table is that of the authors' Keras code: a 3 × 3 × 3 convolution and leaky ReLU (0.2) at
 * each level, maximum pooling, nearest-neighbour upsampling with a skip connection. Kernels begin with
 * He's normal distribution, the field's own with standard deviation 1e-5, variances with 1e-10 about a
 * logarithm of −10. A half-resolution velocity leaves out the last upsampling and its skip connection,
 * as the probabilistic paper does (`unet_half_res`); the code's default instead shrinks a full-size
 * field, which costs more and says no more. Semi-supervised training uses this same network.
 */
export const voxelmorph: Architecture<VoxelMorphSettings> = {
  name: 'voxelmorph',
  title: 'VoxelMorph',
  settings,
  multipleOf: ({ encoder }) => 2 ** encoder.length,
  build(tf, request) {
    checkSize('VoxelMorph', request, this.multipleOf(request.settings));
    return finishVoxelMorph('voxelmorph', sketchNetwork(tf, request, 'keras'), request.settings);
  },
};

/**
 * Adds VoxelMorph's layers to a sketch; networks that differ in channels alone use it too, and those
 * that do something more to the deepest features, behind the last pooling.
 */
export function finishVoxelMorph(
  name: string,
  sketch: NetworkSketch,
  chosen: Omit<VoxelMorphSettings, 'prior' | 'localWeight'> &
    Partial<Pick<VoxelMorphSettings, 'prior' | 'localWeight'>>,
  atDeepest: (features: SymbolicTensor) => SymbolicTensor = (features) => features,
): BuiltNetwork {
  const { tf, axes } = sketch;
  const { predicts, encoder, decoder, logVariance, prior = 25, localWeight = 1 } = chosen;
  if (decoder.length < encoder.length) {
    throw new RangeError(
      `VoxelMorph's decoder needs at least the ${encoder.length} levels of its encoder; it has ${decoder.length}.`,
    );
  }
  const everyVoxels = chosen.everyVoxels ?? (predicts === 'velocity' ? 2 : 1);
  const last = unet(sketch, { encoder, decoder, half: everyVoxels === 2, atDeepest });
  const normal = (stddev: number) => (seed: number) =>
    tf.initializers.randomNormal({ mean: 0, stddev, seed });
  const outputs = [sketch.convolution('flow', last, { filters: axes, initializer: normal(1e-5) })];
  if (logVariance) {
    outputs.push(
      sketch.convolution('log_variance', last, {
        filters: axes,
        initializer: normal(1e-10),
        biasInitializer: () => tf.initializers.constant({ value: -10 }),
      }),
    );
  }
  if (localWeight > 1) {
    outputs.push(
      sketch.convolution('local_weight', last, { filters: 1, initializer: normal(1e-5) }),
    );
  }
  return {
    model: sketch.model(name, outputs),
    predicts,
    everyVoxels,
    ...(logVariance && { posterior: { prior } }),
    ...(localWeight > 1 && { localWeight: { largestFactor: localWeight } }),
  };
}

interface UnetChannels {
  readonly encoder: readonly number[];
  readonly decoder: readonly number[];
  /** Without the last upsampling. */
  readonly half: boolean;
  atDeepest(features: SymbolicTensor): SymbolicTensor;
}

function unet(
  sketch: NetworkSketch,
  { encoder, decoder, half, atDeepest }: UnetChannels,
): SymbolicTensor {
  const block = (name: string, input: SymbolicTensor, filters: number) =>
    sketch.leakyRelu(`${name}_activation`, sketch.convolution(name, input, { filters }), 0.2);
  const skips: SymbolicTensor[] = [];
  let current = sketch.both();
  for (const [level, filters] of encoder.entries()) {
    current = block(`encoder_${level}`, current, filters);
    skips.push(current);
    current = sketch.maximumPool(`pool_${level}`, current);
  }
  current = atDeepest(current);
  for (const [step, filters] of decoder.slice(0, encoder.length).entries()) {
    current = block(`decoder_${step}`, current, filters);
    const level = encoder.length - 1 - step;
    const skip = skips[level];
    if (!skip || (half && level === 0)) continue;
    const larger = sketch.upsample(`upsample_${step}`, current);
    current = sketch.concatenate(`skip_${step}`, [larger, skip]);
  }
  for (const [step, filters] of decoder.slice(encoder.length).entries()) {
    current = block(`final_${step}`, current, filters);
  }
  return current;
}
