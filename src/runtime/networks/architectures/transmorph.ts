import type { SymbolicTensor } from '@tensorflow/tfjs';
import { z } from 'zod';
import { gatherNeighbours } from '../layers/gather-neighbours';
import { linear } from '../layers/linear';
import { instanceNormalization, layerNormalization } from '../layers/normalization';
import { upsampleLinear } from '../layers/upsample-linear';
import { windowAttention } from '../layers/window-attention';
import { type Architecture, checkSize } from './architecture';
import { type NetworkSketch, sketchNetwork } from './network-sketch';

const four = (least: number, most: number) => z.array(z.int().min(least).max(most)).length(4);

const settings = z
  .strictObject({
    /** `velocity` is TransMorph-diff, without its variances. */
    predicts: z.enum(['displacement', 'velocity']).default('displacement'),
    /** Channels of the first stage; each of the three later ones has twice those of the one before. */
    channels: z.int().min(2).max(256).multipleOf(2).default(96),
    /** Channels of the last convolutions, at full resolution. */
    fieldChannels: z.int().min(1).max(256).default(16),
    /** Blocks of each stage. */
    depths: four(1, 24).default([2, 2, 4, 2]),
    /** Heads of each stage; they divide its channels. */
    heads: four(1, 64).default([4, 4, 8, 8]),
  })
  .refine(({ channels, heads }) => heads.every((n, stage) => (channels * 2 ** stage) % n === 0), {
    path: ['heads'],
    message: 'must divide the channels of their stages',
  });

/** Settings of TransMorph, all of them. */
export type TransMorphSettings = z.infer<typeof settings>;

/**
 * TransMorph: Chen et al., Medical Image Analysis 82 (2022), doi:10.1016/j.media.2022.102615. A Swin
 * transformer looks down, convolutions with instance normalization and leaky ReLU (0.01) look up, and two
 * convolutions of the images themselves join at half and full resolution. The published sizes: 96
 * channels; `large` 128, depths 2 2 12 2, heads 4 4 8 16; `small` 48, heads 4; `tiny` 6, heads 2 2 4 4.
 *
 * Windows have 1/32 of the input along each axis, as the authors prescribe (5 × 6 × 7 for 160 × 192 ×
 * 224), so that sizes are multiples of 32 and weights fit one size alone; every second block rolls by
 * half a window, where no axis has a window of one place. The authors drop whole blocks at random while
 * it learns (stochastic depth, rising to 0.3), which is left out here: one seed, one result. Slices have
 * windows, neighbourhoods and upsampling of two axes.
 */
export const transmorph: Architecture<TransMorphSettings> = {
  name: 'transmorph',
  title: 'TransMorph',
  settings,
  multipleOf: () => 32,
  build(tf, request) {
    checkSize('TransMorph', request, 32);
    const { predicts, channels, fieldChannels } = request.settings;
    const sketch = sketchNetwork(tf, request, 'pytorch');
    const images = sketch.both();
    const size = [...request.sizeVoxels].reverse();
    const skips = transformer(sketch, images, size, request.settings);
    const half = sketch.averagePool('images_half', images);
    const block = (name: string, input: SymbolicTensor, filters: number) => {
      const convolved = sketch.convolution(name, input, { filters, bias: false });
      const normal = sketch.apply(instanceNormalization(tf, `${name}_normalization`), convolved);
      return sketch.leakyRelu(`${name}_activation`, normal, 0.01);
    };
    skips.unshift(block('images_full_convolution', images, fieldChannels));
    skips.splice(1, 0, block('images_half_convolution', half, channels / 2));

    let current = skips.pop() as SymbolicTensor;
    for (const [step, filters] of [
      4 * channels,
      2 * channels,
      channels,
      channels / 2,
      fieldChannels,
    ].entries()) {
      const larger = sketch.apply(upsampleLinear(tf, `upsample_${step}`), current);
      const joined = sketch.concatenate(`skip_${step}`, [larger, skips.pop() as SymbolicTensor]);
      current = block(`decoder_${step}_1`, block(`decoder_${step}_0`, joined, filters), filters);
    }
    const field = sketch.convolution('field', current, {
      filters: sketch.axes,
      initializer: (seed) => tf.initializers.randomNormal({ mean: 0, stddev: 1e-5, seed }),
      biasInitializer: () => tf.initializers.zeros(),
    });
    return { model: sketch.model('transmorph', [field]), predicts, everyVoxels: 1 };
  },
};

/** Normalized features of each stage: a quarter, an eighth, … of the resolution. */
function transformer(
  sketch: NetworkSketch,
  images: SymbolicTensor,
  size: readonly number[],
  { channels: first, depths, heads }: TransMorphSettings,
): SymbolicTensor[] {
  const { tf, apply } = sketch;
  const normalize = (name: string, input: SymbolicTensor) =>
    apply(layerNormalization(tf, name, input.shape.at(-1) as number), input);
  const small = (name: string) =>
    sketch.initializer(name, (seed) =>
      tf.initializers.truncatedNormal({ mean: 0, stddev: 0.02, seed }),
    );
  const map = (
    name: string,
    input: SymbolicTensor,
    output: number,
    options: { bias: boolean; activation?: 'gelu' },
  ) => {
    const channels = [input.shape.at(-1) as number, output] as const;
    return apply(linear(tf, { name, channels, initializer: small(name), ...options }), input);
  };
  const window = size.map((n) => n / 32);
  const half = window.map((n) => Math.floor(n / 2));
  const rolls = half.every((n) => n > 0);

  const patches = sketch.convolution('patches', images, { filters: first, kernel: 4, stride: 4 });
  let current = normalize('patches_normalization', patches);
  const features: SymbolicTensor[] = [];
  for (const [stage, depth] of depths.entries()) {
    const channels = first * 2 ** stage;
    const mapSize = size.map((n) => n / (4 * 2 ** stage));
    for (let block = 0; block < depth; block += 1) {
      const name = (part: string) => `stage_${stage}_block_${block}_${part}`;
      const attention = windowAttention(tf, {
        name: name('attention'),
        channels,
        heads: heads[stage] as number,
        size: mapSize,
        window,
        shift: rolls && block % 2 === 1 ? half : half.map(() => 0),
        initializer: (weight) => small(name(`attention/${weight}`)),
      });
      const seen = apply(attention, normalize(name('normalization_0'), current));
      const attended = sketch.sum(name('attended'), [current, seen]);
      const hidden = map(
        name('perceptron_0'),
        normalize(name('normalization_1'), attended),
        4 * channels,
        {
          bias: true,
          activation: 'gelu',
        },
      );
      const thought = map(name('perceptron_1'), hidden, channels, { bias: true });
      current = sketch.sum(name('sum'), [attended, thought]);
    }
    features.push(normalize(`stage_${stage}_normalization`, current));
    if (stage === depths.length - 1) break;
    const neighbours = apply(gatherNeighbours(tf, `stage_${stage}_neighbours`), current);
    current = map(
      `stage_${stage}_merging`,
      normalize(`stage_${stage}_merging_normalization`, neighbours),
      // 8 · C to 2 · C in volumes, 4 · C to 2 · C in slices.
      2 * channels,
      { bias: false },
    );
  }
  return features;
}
