import type { SymbolicTensor } from '@tensorflow/tfjs';
import { z } from 'zod';
import { attention } from '../layers/attention';
import { linear } from '../layers/linear';
import { imageNormalization, layerNormalization } from '../layers/normalization';
import { placeEmbedding } from '../layers/place-embedding';
import { upsampleLinear } from '../layers/upsample-linear';
import { type Architecture, checkSize } from './architecture';
import { type NetworkSketch, sketchNetwork } from './network-sketch';

const channels = z.int().min(1).max(4096);

const settings = z
  .strictObject({
    predicts: z.enum(['displacement', 'velocity']).default('displacement'),
    /** Samples of a patch along every axis, on features of a quarter of the resolution. */
    patch: z.union([z.literal(8), z.literal(4), z.literal(2)]).default(8),
    /** Channels of the transformer, its blocks, heads, and channels within its perceptrons. */
    hidden: channels.default(252),
    blocks: z.int().min(1).max(24).default(12),
    heads: z.int().min(1).max(64).default(12),
    perceptron: channels.default(3072),
    /** Channels behind the transformer. */
    bottom: channels.default(512),
    /** Channels at full, half and a quarter of the resolution, on the way down. */
    encoder: z.array(channels).length(3).default([16, 32, 32]),
    /** Channels on the way up, at a sixteenth of the resolution first; smaller patches begin further on. */
    decoder: z.array(channels).length(5).default([96, 48, 32, 32, 16]),
  })
  .refine(({ hidden, heads }) => hidden % heads === 0, {
    path: ['heads'],
    message: 'must divide the channels of the transformer',
  });

/** Settings of ViT-V-Net, all of them. */
export type VitVNetSettings = z.infer<typeof settings>;

/**
 * ViT-V-Net: Chen, He, Frey, Li and Du, MIDL 2021, arXiv:2104.06468. Convolutions bring the images to a
 * quarter of their resolution, a vision transformer sees all patches of those features at once, and a
 * V-Net's convolutions lead back up. The layer table is that of the authors' program, whose patches of 8
 * make 5 × 6 × 7 of 160 × 192 × 224. Places are learned, so that weights fit one size alone. Patches of 4
 * or 2 samples, for smaller images, leave out the first one or two steps upwards with their skips.
 *
 * What differs: the authors normalize batches on the way up, and learn with one image a batch, where a
 * batch's mean is that image's. Here each image is normalized by itself while it learns and while it
 * predicts, with the same learned numbers. Dropout (0.1) is left out: one seed, one result. Biases of
 * linear maps begin at 0.
 */
export const vitVNet: Architecture<VitVNetSettings> = {
  name: 'vit-v-net',
  title: 'ViT-V-Net',
  settings,
  multipleOf: ({ patch }) => 4 * patch,
  build(tf, request) {
    checkSize('ViT-V-Net', request, this.multipleOf(request.settings));
    const { predicts, patch, hidden, bottom, encoder, decoder } = request.settings;
    const sketch = sketchNetwork(tf, request, 'pytorch');
    const { axes, apply } = sketch;
    const skips: SymbolicTensor[] = [];
    let current = sketch.both();
    for (const [level, filters] of encoder.entries()) {
      const name = `encoder_${level}`;
      if (level > 0) current = sketch.maximumPool(`${name}_pool`, current);
      for (const step of [0, 1]) {
        current = sketch.convolution(`${name}_${step}`, current, { filters, activation: 'relu' });
      }
      skips.push(current);
    }
    const patches = sketch.convolution('patches', current, {
      filters: hidden,
      kernel: patch,
      stride: patch,
    });
    for (let coarser = patch; coarser > 2; coarser /= 2) {
      current = sketch.maximumPool(`pool_${skips.length}`, current);
      skips.push(current);
    }
    const block = (name: string, input: SymbolicTensor, filters: number) => {
      const convolved = sketch.convolution(name, input, { filters, bias: false });
      const normal = apply(imageNormalization(tf, `${name}_normalization`, filters), convolved);
      return sketch.relu(`${name}_activation`, normal);
    };
    current = block('bottom', transformer(sketch, patches, request.settings), bottom);
    for (const [step, filters] of decoder.slice(decoder.length - skips.length).entries()) {
      const larger = apply(upsampleLinear(tf, `upsample_${step}`), current);
      const joined = sketch.concatenate(`skip_${step}`, [larger, skips.pop() as SymbolicTensor]);
      current = block(`decoder_${step}_1`, block(`decoder_${step}_0`, joined, filters), filters);
    }
    const field = sketch.convolution('field', current, {
      filters: axes,
      initializer: (seed) => tf.initializers.randomNormal({ mean: 0, stddev: 1e-5, seed }),
      biasInitializer: () => tf.initializers.zeros(),
    });
    return { model: sketch.model('vit-v-net', [field]), predicts, everyVoxels: 1 };
  },
};

/** Blocks of attention of all places to all, then of a perceptron; both are added to what went in. */
function transformer(
  sketch: NetworkSketch,
  patches: SymbolicTensor,
  { hidden, blocks, heads, perceptron }: VitVNetSettings,
): SymbolicTensor {
  const { tf, apply } = sketch;
  const normalize = (name: string, input: SymbolicTensor) =>
    apply(layerNormalization(tf, name, hidden), input);
  const map = (
    name: string,
    input: SymbolicTensor,
    outputs: number,
    options: { readonly activation?: 'gelu' } = {},
  ) => {
    const inputs = input.shape.at(-1) as number;
    // Glorot's uniform distribution in perceptrons, PyTorch's elsewhere.
    const bound = name.includes('perceptron') ? Math.sqrt(6 / (inputs + outputs)) : inputs ** -0.5;
    const initializer = sketch.initializer(name, (seed) =>
      tf.initializers.randomUniform({ minval: -bound, maxval: bound, seed }),
    );
    const shape = [inputs, outputs] as const;
    return apply(linear(tf, { name, channels: shape, bias: true, initializer, ...options }), input);
  };
  const size = patches.shape.slice(1, -1) as number[];
  let current = apply(placeEmbedding(tf, 'places', { size, channels: hidden }), patches);
  for (let index = 0; index < blocks; index += 1) {
    const part = (of: string) => `block_${index}_${of}`;
    const seen = normalize(part('normalization_0'), current);
    const looked = apply(
      attention(tf, { name: part('attention'), heads, scale: (hidden / heads) ** -0.5 }),
      ['queries', 'keys', 'values'].map((of) => map(part(of), seen, hidden)),
    );
    const attended = sketch.sum(part('attended'), [
      current,
      map(part('projection'), looked, hidden),
    ]);
    const wide = map(
      part('perceptron_0'),
      normalize(part('normalization_1'), attended),
      perceptron,
      { activation: 'gelu' },
    );
    current = sketch.sum(part('sum'), [attended, map(part('perceptron_1'), wide, hidden)]);
  }
  return normalize('transformer_normalization', current);
}
