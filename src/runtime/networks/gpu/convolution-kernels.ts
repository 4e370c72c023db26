import type { backend_util, TensorInfo } from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { activationOf } from './activation';
import {
  type Convolution,
  convolutionOf,
  forwardGather,
  inputGradientGathers,
} from './convolution-geometry';
import { runFilterGradient } from './filter-gradient-program';
import { filterTile } from './filter-gradient-tile';
import { type Finish, runGather } from './gather-program';
import { gatherTile } from './gather-tile';
import { areFloats, type OwnKernel, type TensorFlow } from './own-kernel';

type Pad = Parameters<typeof backend_util.computeConv2DInfo>[4];
type Pad3D = Parameters<typeof backend_util.computeConv3DInfo>[4];
type Size4 = [number, number, number, number];
type Size5 = [number, number, number, number, number];

/** What TensorFlow.js hands to a kernel for a convolution of either dimension. */
interface Attributes {
  readonly strides: [number, number] | number;
  readonly pad: Pad;
  readonly dilations?: [number, number] | number;
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly inputShape?: readonly number[];
  readonly filterShape?: readonly number[];
  readonly activation?: string;
  readonly leakyreluAlpha?: number;
}

/** Our convolutions and their gradients, under the names under which TensorFlow.js looks for them. */
export function convolutionKernels(tf: TensorFlow): readonly OwnKernel[] {
  const forward =
    (describe: Describe): OwnKernel['run'] =>
    ({ backend, inputs, attributes }) => {
      const { x, filter } = inputs;
      if (!x || !filter || !areFloats(x, filter)) return undefined;
      const described = describe(tf, x.shape, filter.shape, attributes as Attributes);
      if (!described) return undefined;
      const finish = finishOf(inputs, attributes as Attributes, filter.shape.at(-1) as number);
      return finish && convolve(backend, described, [x, filter], finish);
    };
  const byInput =
    (describe: Describe): OwnKernel['run'] =>
    ({ backend, inputs: { dy, filter }, attributes }) => {
      const { inputShape } = attributes as Attributes;
      if (!dy || !filter || !inputShape || !areFloats(dy, filter)) return undefined;
      const described = describe(tf, inputShape, filter.shape, attributes as Attributes);
      return described && gradientByInput(backend, described, [dy, filter]);
    };
  const byFilter =
    (describe: Describe): OwnKernel['run'] =>
    ({ backend, inputs: { x, dy }, attributes }) => {
      const { filterShape } = attributes as Attributes;
      if (!x || !dy || !filterShape || !areFloats(x, dy)) return undefined;
      const described = describe(tf, x.shape, filterShape, attributes as Attributes);
      const tile = described && filterTile(described.convolution);
      return tile && runFilterGradient(backend, described.convolution, tile, [x, dy], filterShape);
    };
  return [
    { name: 'Conv2D', run: forward(describe2D) },
    { name: 'FusedConv2D', run: forward(describe2D) },
    { name: 'Conv2DBackpropInput', run: byInput(describe2D) },
    { name: 'Conv2DBackpropFilter', run: byFilter(describe2D) },
    { name: 'Conv3D', run: forward(describe3D) },
    { name: 'Conv3DBackpropInputV2', run: byInput(describe3D) },
    { name: 'Conv3DBackpropFilterV2', run: byFilter(describe3D) },
  ];
}

interface Described {
  readonly convolution: Convolution;
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
}

/** Undefined where it is none of ours: dilated, or channels first. */
type Describe = (
  tf: TensorFlow,
  inputShape: readonly number[],
  filterShape: readonly number[],
  attributes: Attributes,
) => Described | undefined;

const describe2D: Describe = (tf, inputShape, filterShape, attributes) => {
  const { strides, pad, dilations = 1, dimRoundingMode, dataFormat = 'NHWC' } = attributes;
  const info = tf.backend_util.computeConv2DInfo(
    inputShape as Size4,
    filterShape as Size4,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    false,
    tf.backend_util.convertConv2DDataFormat(dataFormat),
  );
  const convolution = convolutionOf(info);
  return convolution && { convolution, inputShape, outputShape: info.outShape };
};

const describe3D: Describe = (tf, inputShape, filterShape, attributes) => {
  const {
    strides,
    pad,
    dilations = 1,
  } = attributes as unknown as {
    strides: [number, number, number] | number;
    pad: Pad3D;
    dilations?: [number, number, number] | number;
  };
  const info = tf.backend_util.computeConv3DInfo(
    inputShape as Size5,
    filterShape as Size5,
    strides,
    dilations,
    pad,
  );
  const convolution = convolutionOf(info);
  return convolution && { convolution, inputShape, outputShape: info.outShape };
};

function convolve(
  backend: WebGPUBackend,
  { convolution, outputShape }: Described,
  [input, filter]: readonly [TensorInfo, TensorInfo],
  finish: Finish,
): TensorInfo | undefined {
  const gather = forwardGather(convolution);
  const tile = gatherTile(gather);
  return tile && runGather(backend, gather, tile, [input, filter], outputShape, finish);
}

function gradientByInput(
  backend: WebGPUBackend,
  { convolution, inputShape }: Described,
  [outputGradient, filter]: readonly [TensorInfo, TensorInfo],
): TensorInfo | undefined {
  const passes = inputGradientGathers(convolution).map((gather) => ({
    gather,
    tile: gatherTile(gather),
  }));
  let target: TensorInfo | readonly number[] = inputShape;
  if (passes.some(({ tile }) => !tile)) return undefined;
  for (const { gather, tile } of passes) {
    if (tile) target = runGather(backend, gather, tile, [outputGradient, filter], target);
  }
  return 'dataId' in target ? target : undefined;
}

/** Bias and activation of a fused convolution; undefined where we do not know them. */
function finishOf(
  inputs: Readonly<Record<string, TensorInfo | undefined>>,
  { activation: name = 'linear', leakyreluAlpha = 0.2 }: Attributes,
  channels: number,
): Finish | undefined {
  const activation = activationOf(name, leakyreluAlpha);
  if (!activation) return undefined;
  const { bias } = inputs;
  // One number a channel; TensorFlow.js also takes what broadcasts otherwise.
  if (
    bias &&
    (bias.shape.at(-1) !== channels ||
      bias.shape.some((n, i, all) => i < all.length - 1 && n !== 1))
  ) {
    return undefined;
  }
  return { bias, activation: activation === 'linear' ? undefined : activation };
}
