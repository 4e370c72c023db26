import type { SymbolicTensor, Tensor } from '@tensorflow/tfjs';
import { z } from 'zod';
import type { FieldOps } from '../field-ops';
import { boundedField } from '../layers/bounded-field';
import { customLayer } from '../layers/custom-layer';
import {
  type Architecture,
  type BuiltNetwork,
  checkSize,
  type NetworkRequest,
} from './architecture';
import { type NetworkSketch, sketchNetwork } from './network-sketch';

/** What the conditional network is told too. */
export const lapIrnSettings = {
  predicts: z.enum(['velocity', 'displacement']).default('velocity'),
  /** A quarter of the channels of every level. */
  width: z.int().min(1).max(64).default(7),
  /** Bound of what a level adds, as a fraction of half of the image along each axis. */
  range: z.number().positive().max(2).default(0.4),
} as const;

const settings = z.strictObject(lapIrnSettings);

/** Settings of LapIRN, all of them. */
export type LapIrnSettings = z.infer<typeof settings>;

/** Samples of the levels lie that many voxels apart, coarsest first. */
const spacings = [4, 2, 1] as const;

/**
 * LapIRN: Mok and Chung, MICCAI 2020, doi:10.1007/978-3-030-59716-0_21. Three levels at a quarter, at
 * half and at full resolution; each sees the moving image warped by what the levels before found, the
 * fixed one and the field so far, and adds to it within bounds. The authors' table: no biases, leaky
 * ReLU (0.2), five residual blocks at half of a level's resolution, which get the features of the level
 * before. The field among a level's inputs is a fraction of half of the image, as in the authors'
 * coordinates; what leaves the network is in voxels.
 *
 * The second and third outputs are the fields of the coarser levels, every two and every four voxels,
 * for objectives of these levels. Images are reduced by means over three samples, a stride of two;
 * padding is TensorFlow's, on the far side, where the authors' is PyTorch's, on both.
 */
export const lapirn: Architecture<LapIrnSettings> = {
  name: 'lapirn',
  title: 'LapIRN',
  settings,
  multipleOf: () => 8,
  build(tf, request) {
    checkSize('LapIRN', request, 8);
    return finishLapIrn(this, sketchNetwork(tf, request, 'pytorch'), request);
  },
};

/**
 * Adds LapIRN's layers to a sketch; the conditional network uses it too.
 * @param condition what is done to the input of each activation within a block, by that input's name
 * @throws RangeError where there are no field ops
 */
export function finishLapIrn(
  { name, title }: Pick<Architecture, 'name' | 'title'>,
  sketch: NetworkSketch,
  { sizeVoxels, fieldOps, settings: chosen }: NetworkRequest<LapIrnSettings>,
  condition: BlockCondition = (_, input) => input,
): BuiltNetwork {
  if (!fieldOps) {
    throw new RangeError(`${title} warps images within: it needs the field ops of a device.`);
  }
  const { width, predicts, range } = chosen;
  const level = levelOf(sketch, {
    channels: 4 * width,
    halfVoxels: sizeVoxels.map((n) => (n - 1) / 2),
    sizeVoxels,
    range,
    diffeomorphic: predicts === 'velocity',
    fieldOps,
    condition,
  });
  const images = reduceImages(sketch);
  const fields: SymbolicTensor[] = [];
  let before: LevelOutput | undefined;
  for (const [index, everyVoxels] of spacings.entries()) {
    before = level(index, everyVoxels, images[index] as LevelImages, before);
    fields.unshift(before.field);
  }
  return { model: sketch.model(name, fields), predicts, everyVoxels: 1 };
}

/** What is done to the input of an activation within a residual block. */
export type BlockCondition = (
  place: { readonly block: string; readonly half: 0 | 1 },
  input: SymbolicTensor,
) => SymbolicTensor;

interface LevelImages {
  readonly moving: SymbolicTensor;
  readonly fixed: SymbolicTensor;
}

interface LevelOutput {
  readonly field: SymbolicTensor;
  readonly features: SymbolicTensor;
}

/** Both images of each level, coarsest first. */
function reduceImages(sketch: NetworkSketch): readonly LevelImages[] {
  const { moving, fixed } = sketch;
  const half = {
    moving: sketch.averagePool('moving_half', moving),
    fixed: sketch.averagePool('fixed_half', fixed),
  };
  const quarter = {
    moving: sketch.averagePool('moving_quarter', half.moving),
    fixed: sketch.averagePool('fixed_quarter', half.fixed),
  };
  return [quarter, half, { moving, fixed }];
}

interface LevelTable {
  readonly channels: number;
  readonly halfVoxels: readonly number[];
  readonly sizeVoxels: readonly number[];
  readonly range: number;
  /** Whether fields are velocities. */
  readonly diffeomorphic: boolean;
  readonly fieldOps: FieldOps;
  readonly condition: BlockCondition;
}

function levelOf(sketch: NetworkSketch, table: LevelTable) {
  const { tf, axes } = sketch;
  const { channels, halfVoxels, sizeVoxels, range, diffeomorphic, fieldOps, condition } = table;
  const convolution = (
    name: string,
    input: SymbolicTensor,
    given: { filters?: number; stride?: number } = {},
  ) => sketch.convolution(name, input, { filters: channels, bias: false, ...given });
  const leaky = (name: string, input: SymbolicTensor) => sketch.leakyRelu(name, input, 0.2);
  const fields = fieldLayers(sketch, fieldOps);

  return (
    index: number,
    everyVoxels: number,
    { moving, fixed }: LevelImages,
    before: LevelOutput | undefined,
  ): LevelOutput => {
    const name = (part: string) => `level_${index}_${part}`;
    const size = sizeVoxels.map((n) => n / everyVoxels);
    const inputs = [moving, fixed];
    let previous: SymbolicTensor | undefined;
    if (before) {
      previous = fields.resize(name('field_before'), before.field, size);
      const displacement = diffeomorphic
        ? fields.resize(
            name('displacement_before'),
            fields.exponentiate(name('exponential'), before.field, 2 * everyVoxels),
            size,
          )
        : previous;
      inputs[0] = fields.warp(name('warped'), moving, displacement, everyVoxels);
      inputs.push(
        fields.scale(
          name('field_relative'),
          previous,
          halfVoxels.map((n) => 1 / n),
        ),
      );
    }
    const first = leaky(
      name('features_0_activation'),
      convolution(name('features_0'), sketch.concatenate(name('inputs'), inputs)),
    );
    const features = convolution(name('features_1'), first);
    let deep = convolution(name('down'), features, { stride: 2 });
    if (before) deep = sketch.sum(name('with_features_before'), [deep, before.features]);
    for (let block = 0; block < 5; block += 1) {
      const part = (rest: string) => name(`block_${block}_${rest}`);
      const conditioned = (half: 0 | 1, input: SymbolicTensor) =>
        leaky(
          part(`${half}_activation`),
          condition({ block: name(`block_${block}`), half }, input),
        );
      const inner = convolution(part('0'), conditioned(0, deep));
      const outer = convolution(part('1'), conditioned(1, inner));
      deep = leaky(part('activation'), sketch.sum(part('sum'), [outer, deep]));
    }
    const grown = sketch.doublingConvolution(name('up'), deep, channels, { bias: false });
    const joined = sketch.concatenate(name('skip'), [grown, features]);
    const raw = convolution(
      name('field_1'),
      leaky(name('field_0_activation'), convolution(name('field_0'), joined)),
      { filters: axes },
    );
    const bounds = halfVoxels.map((n) => range * n);
    const added = sketch.apply(boundedField(tf, name('added'), bounds), raw);
    return {
      field: previous ? sketch.sum(name('field'), [added, previous]) : added,
      features: grown,
    };
  };
}

/** The plan's own ops on fields as layers. They have no weights. */
function fieldLayers({ tf, apply }: NetworkSketch, fieldOps: FieldOps) {
  return {
    resize: (name: string, field: SymbolicTensor, size: readonly number[]) =>
      apply(
        customLayer(tf, {
          className: 'ResizeField',
          name,
          config: { size },
          outputShape: ([shape = []]) => [...[...size].reverse(), shape.at(-1) as number],
          compute: ([value]) => fieldOps.resize(value as Tensor, size),
        }),
        field,
      ),
    exponentiate: (name: string, field: SymbolicTensor, everyVoxels: number) =>
      apply(
        customLayer(tf, {
          className: 'ExponentiateField',
          name,
          config: { everyVoxels },
          outputShape: ([shape = []]) => shape,
          compute: ([velocity]) =>
            fieldOps.exponentiate(velocity as Tensor, { squarings: 7, everyVoxels }),
        }),
        field,
      ),
    warp: (name: string, image: SymbolicTensor, field: SymbolicTensor, everyVoxels: number) =>
      apply(
        customLayer(tf, {
          className: 'WarpImage',
          name,
          config: { everyVoxels },
          outputShape: ([shape = []]) => shape,
          compute: ([moving, displacement]) =>
            fieldOps.warp(moving as Tensor, displacement as Tensor, everyVoxels),
        }),
        [image, field],
      ),
    scale: (name: string, field: SymbolicTensor, by: readonly number[]) =>
      apply(
        customLayer(tf, {
          className: 'ScaleField',
          name,
          config: { by },
          outputShape: ([shape = []]) => shape,
          compute: ([value]) => (value as Tensor).mul(tf.tensor1d([...by])),
        }),
        field,
      ),
  };
}
