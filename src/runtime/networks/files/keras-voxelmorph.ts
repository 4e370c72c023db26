import { NetworkFileProblem } from './network-file-problem';
import type { StoredNetwork } from './stored-network';
import type { NamedWeight, NamedWeights } from './weights-manifest';

/** In which order a foreign network's arrays had their axes. */
export type ArrayAxes = 'xyz' | 'zyx';

/**
 * Takes the weights of a VoxelMorph that Keras trained (the authors' `VxmDense`, with pooling, one
 * convolution a level, one channel an image) into our `voxelmorph`. It is recognized by the names of
 * its convolutions, `…enc_conv_0_0` to `…flow`; its other layers (`SpatialTransformer`, `VecInt`,
 * `RescaleTransform`) have no weights, and what they do is done elsewhere here.
 *
 * Keras VoxelMorph knows array axes alone: channel i of its field points along axis i. Our tensors are
 * `[z, y, x]` with channels x, y, z. For arrays `[x, y, z]`, as nibabel gives volumes, the axes of every
 * kernel are reversed and channels stay; for `[z, y, x]` kernels stay and the field's channels are
 * reversed. Half-resolution velocities are in voxels of the half grid there, of the full grid here: the
 * field's weights are doubled, and ln 4 is added to the logarithm of a variance.
 * @throws NetworkFileProblem naming the layer that does not fit
 */
export function kerasVoxelMorph(
  topology: unknown,
  weights: NamedWeights,
  arrayAxes: ArrayAxes,
): StoredNetwork {
  const layers = convolutionsOf(weights);
  const levels = layers.encoder.length;
  const flow = layers.flow;
  if (levels === 0 || layers.decoder.length !== levels || !flow) {
    throw new NetworkFileProblem(
      'foreign',
      'This is neither a network of ours, which has a "card.json", nor a VoxelMorph of Keras, whose ' +
        'convolutions are named "…enc_conv_0_0" to "…flow".',
    );
  }
  const axes = flow.kernel.shape.length - 2;
  const decoder = [...layers.decoder, ...layers.final];
  const half = isHalf(layers, decoder[levels] ?? flow);
  const described = describe(topology);
  const renamed = new Map<string, NamedWeight>();
  const put = (name: string, { kernel, bias }: Convolution, field?: 'values' | 'variances') => {
    const turned = arrayAxes === 'xyz' ? reverseAxes(kernel) : kernel;
    const scale = field === 'values' && half ? 2 : 1;
    const shift = field === 'variances' && half ? Math.log(4) : 0;
    const reversed = field !== undefined && arrayAxes === 'zyx';
    renamed.set(`${name}/kernel`, lastAxis(turned, { reversed, scale, shift: 0 }));
    renamed.set(`${name}/bias`, lastAxis(bias, { reversed, scale, shift }));
  };
  for (const [i, layer] of layers.encoder.entries()) put(`encoder_${i}`, layer);
  for (const [i, layer] of layers.decoder.entries()) put(`decoder_${i}`, layer);
  for (const [i, layer] of layers.final.entries()) put(`final_${i}`, layer);
  put('flow', flow, 'values');
  if (layers.logVariance) put('log_variance', layers.logVariance, 'variances');

  const filters = ({ kernel }: Convolution) => kernel.shape.at(-1) as number;
  const size = described.size.slice(0, axes);
  return {
    card: {
      format: 'weft-network',
      version: 1,
      architecture: 'voxelmorph',
      settings: {
        predicts: described.integrates ? 'velocity' : 'displacement',
        everyVoxels: half ? 2 : 1,
        encoder: layers.encoder.map(filters),
        decoder: decoder.map(filters),
        logVariance: layers.logVariance !== undefined,
      },
      sizeVoxels:
        size.length === axes
          ? arrayAxes === 'xyz'
            ? size
            : size.reverse()
          : Array<number>(axes).fill(2 ** levels),
      normalization: { method: 'range' },
      licence: 'not known',
      notes: 'Read from a VoxelMorph that Keras trained.',
    },
    weights: renamed,
  };
}

interface Convolution {
  readonly name: string;
  readonly kernel: NamedWeight;
  readonly bias: NamedWeight;
}

interface Convolutions {
  readonly encoder: readonly Convolution[];
  /** From the deepest level up. */
  readonly decoder: readonly Convolution[];
  readonly final: readonly Convolution[];
  readonly flow?: Convolution | undefined;
  readonly logVariance?: Convolution | undefined;
}

function convolutionsOf(weights: NamedWeights): Convolutions {
  const byRole = new Map<string, Convolution>();
  for (const [name, kernel] of weights) {
    const layer = /^(?:.*\/)?([^/]+)\/kernel$/.exec(name)?.[1];
    if (layer === undefined) {
      if (!name.endsWith('/bias')) throw unknownLayer(name);
      continue;
    }
    const role =
      /(?:^|_)(enc_conv_\d+_\d+|dec_conv_\d+_\d+|dec_final_conv_\d+|flow|log_sigma)$/.exec(
        layer,
      )?.[1];
    if (role === undefined || /conv_\d+_[1-9]/.test(role)) throw unknownLayer(layer);
    const bias = weights.get(name.replace(/kernel$/, 'bias'));
    const channels = kernel.shape.at(-1);
    if (bias?.shape.length !== 1 || bias.shape[0] !== channels) {
      throw mismatch(layer, `a bias of ${channels}`, bias ? `[${bias.shape}]` : 'none');
    }
    if (kernel.shape.length !== 4 && kernel.shape.length !== 5) {
      throw mismatch(layer, 'a kernel of two or three axes', `[${kernel.shape}]`);
    }
    if (byRole.has(role))
      throw new NetworkFileProblem('foreign', `Layer "${layer}" is there twice.`);
    byRole.set(role, { name: layer, kernel, bias });
  }
  const series = (roleOf: (index: number) => string): Convolution[] => {
    const found: Convolution[] = [];
    for (let at = byRole.get(roleOf(0)); at; at = byRole.get(roleOf(found.length))) found.push(at);
    return found;
  };
  const convolutions = {
    encoder: series((i) => `enc_conv_${i}_0`),
    decoder: series((i) => `dec_conv_${i}_0`).reverse(),
    final: series((i) => `dec_final_conv_${i}`),
    flow: byRole.get('flow'),
    logVariance: byRole.get('log_sigma'),
  };
  return convolutions;
}

/** Whether the last upsampling and its skip connection are left out, by what the next layer reads. */
function isHalf({ encoder, decoder }: Convolutions, next: Convolution): boolean {
  const [last, skip] = [decoder.at(-1), encoder[0]].map((layer) => layer?.kernel.shape.at(-1) ?? 0);
  const reads = next.kernel.shape.at(-2);
  if (reads === last) return true;
  if (reads === (last ?? 0) + (skip ?? 0)) return false;
  throw mismatch(
    next.name,
    `${(last ?? 0) + (skip ?? 0)} or ${last} channels of input`,
    `${reads}`,
  );
}

interface Described {
  /** Along the axes of its arrays; empty where the topology does not tell. */
  readonly size: readonly number[];
  /** Whether it integrates a velocity. */
  readonly integrates: boolean;
}

/** What the topology tells, whose layers lie in lists at any depth; all else in it is left alone. */
function describe(topology: unknown): { size: number[]; integrates: boolean } {
  let size: number[] = [];
  let integrates = false;
  const visit = (value: unknown, depth: number): void => {
    if (depth > 12 || typeof value !== 'object' || value === null) return;
    if (!Array.isArray(value)) {
      const { class_name, batch_input_shape } = value as Record<string, unknown>;
      if (class_name === 'VecInt') integrates = true;
      if (size.length === 0 && Array.isArray(batch_input_shape)) {
        const axes = batch_input_shape.slice(1, -1);
        if (axes.every((n) => Number.isInteger(n) && n > 0 && n <= 4096)) size = axes as number[];
      }
    }
    for (const inner of Object.values(value)) visit(inner, depth + 1);
  };
  visit(topology, 0);
  return { size: [...size], integrates } satisfies Described;
}

/** The kernel with its spatial axes in reverse order. */
function reverseAxes({ shape, values }: NamedWeight): NamedWeight {
  const [spatial, channels] = [shape.slice(0, -2), shape.slice(-2)];
  const block = channels.reduce((a, b) => a * b, 1);
  const turned = [...spatial].reverse();
  const result = new Float32Array(values.length);
  const places = spatial.reduce((a, b) => a * b, 1);
  for (let place = 0; place < places; place += 1) {
    // Digits of the place, the last axis first, are the digits of the reversed place, the first first.
    let [rest, target] = [place, 0];
    for (const n of turned) {
      target = target * n + (rest % n);
      rest = Math.floor(rest / n);
    }
    result.set(values.subarray(place * block, (place + 1) * block), target * block);
  }
  return { shape: [...turned, ...channels], values: result };
}

function lastAxis(
  { shape, values }: NamedWeight,
  { reversed, scale, shift }: { reversed: boolean; scale: number; shift: number },
): NamedWeight {
  const n = shape.at(-1) as number;
  const result = values.map((_, i) => {
    const channel = i % n;
    const source = reversed ? i - channel + (n - 1 - channel) : i;
    return (values[source] as number) * scale + shift;
  });
  return { shape, values: result };
}

function unknownLayer(layer: string): NetworkFileProblem {
  return new NetworkFileProblem(
    'foreign',
    `Layer "${layer}" is none of a VoxelMorph with one convolution a level; without a "card.json" no ` +
      'other network is read.',
  );
}

function mismatch(layer: string, expected: string, found: string): NetworkFileProblem {
  return new NetworkFileProblem(
    'mismatch',
    `Layer "${layer}": expected ${expected}, found ${found}.`,
  );
}
