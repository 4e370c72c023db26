import type { NamedAttrMap, TensorInfo } from '@tensorflow/tfjs';
import {
  type Convolution,
  convolveBack,
  convolveFilter,
  convolveForward,
  type Finish,
} from './convolve';
import { isFloat, sizeOf, type TensorKernel } from './kernel';
import type { TensorFlow } from './library';

/** Reads shapes and attributes; undefined where it is dilated or has its channels first. */
type Describe = (
  xShape: readonly number[],
  filterShape: readonly number[],
  attributes: NamedAttrMap,
) => Convolution | undefined;

/** Our convolutions by TensorFlow.js's names. Dilated ones and channels first are left to it. */
export function convolutionKernels(tf: TensorFlow): Readonly<Record<string, TensorKernel>> {
  const in2d = kernelsOf(describe2d(tf));
  const in3d = kernelsOf(describe3d(tf));
  return {
    Conv2D: in2d.forward,
    Conv2DBackpropInput: in2d.byInput,
    Conv2DBackpropFilter: in2d.byFilter,
    Conv3D: in3d.forward,
    Conv3DBackpropInputV2: in3d.byInput,
    Conv3DBackpropFilterV2: in3d.byFilter,
    FusedConv2D: fusedKernel(describe2d(tf)),
  };
}

function describe2d(tf: TensorFlow): Describe {
  return (xShape, filterShape, attributes) => {
    const { strides, pad, dataFormat, dilations, dimRoundingMode } = attributes as unknown as {
      readonly strides: number | [number, number];
      readonly pad: 'same' | 'valid' | number;
      readonly dataFormat?: 'NHWC' | 'NCHW';
      readonly dilations?: number | [number, number];
      readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
    };
    if (dataFormat === 'NCHW' || !isOne(dilations)) return undefined;
    const info = tf.backend_util.computeConv2DInfo(
      xShape as [number, number, number, number],
      filterShape as [number, number, number, number],
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    return {
      batch: info.batchSize,
      inSize: [1, info.inHeight, info.inWidth],
      channelsIn: info.inChannels,
      taps: [1, info.filterHeight, info.filterWidth],
      steps: [1, info.strideHeight, info.strideWidth],
      before: [0, info.padInfo.top, info.padInfo.left],
      outSize: [1, info.outHeight, info.outWidth],
      channelsOut: info.outChannels,
    };
  };
}

function describe3d(tf: TensorFlow): Describe {
  return (xShape, filterShape, attributes) => {
    const { strides, pad, dataFormat, dilations } = attributes as unknown as {
      readonly strides: number | [number, number, number];
      readonly pad: 'same' | 'valid';
      readonly dataFormat?: 'NDHWC' | 'NCDHW';
      readonly dilations?: number | [number, number, number];
    };
    if (dataFormat === 'NCDHW' || !isOne(dilations)) return undefined;
    const info = tf.backend_util.computeConv3DInfo(
      xShape as [number, number, number, number, number],
      filterShape as [number, number, number, number, number],
      strides,
      1,
      pad,
    );
    return {
      batch: info.batchSize,
      inSize: [info.inDepth, info.inHeight, info.inWidth],
      channelsIn: info.inChannels,
      taps: [info.filterDepth, info.filterHeight, info.filterWidth],
      steps: [info.strideDepth, info.strideHeight, info.strideWidth],
      before: [info.padInfo.front, info.padInfo.top, info.padInfo.left],
      outSize: [info.outDepth, info.outHeight, info.outWidth],
      channelsOut: info.outChannels,
    };
  };
}

function isOne(dilations: number | readonly number[] | undefined): boolean {
  return [dilations ?? 1].flat().every((dilation) => dilation === 1);
}

/** The output's shape: that of the input with other sizes and channels. */
function outShapeOf(convolution: Convolution, rank: number): readonly number[] {
  const { batch, outSize, channelsOut } = convolution;
  return [batch, ...outSize.slice(5 - rank), channelsOut];
}

function kernelsOf(
  describe: Describe,
): Readonly<Record<'forward' | 'byInput' | 'byFilter', TensorKernel>> {
  return {
    forward(backend, { x, filter }, attributes) {
      if (!isFloat(x) || !isFloat(filter)) return undefined;
      const convolution = describe(x.shape, filter.shape, attributes);
      if (!convolution) return undefined;
      const shape = outShapeOf(convolution, x.shape.length);
      return convolveForward(backend, convolution, { x, filter }, shape);
    },
    byInput(backend, { dy, filter }, attributes) {
      if (!isFloat(dy) || !isFloat(filter)) return undefined;
      const { inputShape } = attributes as unknown as { readonly inputShape: readonly number[] };
      const convolution = describe(inputShape, filter.shape, attributes);
      return convolution && convolveBack(backend, convolution, { dy, filter }, inputShape);
    },
    byFilter(backend, { x, dy }, attributes) {
      if (!isFloat(x) || !isFloat(dy)) return undefined;
      const { filterShape } = attributes as unknown as { readonly filterShape: readonly number[] };
      const convolution = describe(x.shape, filterShape, attributes);
      return convolution && convolveFilter(backend, convolution, { x, dy }, filterShape);
    },
  };
}

function fusedKernel(describe: Describe): TensorKernel {
  return (backend, { x, filter, bias, preluActivationWeights }, attributes) => {
    if (!isFloat(x) || !isFloat(filter) || preluActivationWeights) return undefined;
    const { activation, leakyreluAlpha } = attributes as unknown as {
      readonly activation?: string;
      readonly leakyreluAlpha?: number;
    };
    const finish = finishOf(activation ?? 'linear', leakyreluAlpha, bias);
    const convolution = describe(x.shape, filter.shape, attributes);
    if (!finish || !convolution) return undefined;
    if (bias && (!isFloat(bias) || sizeOf(bias.shape) !== convolution.channelsOut)) {
      return undefined;
    }
    return convolveForward(
      backend,
      convolution,
      { x, filter },
      outShapeOf(convolution, x.shape.length),
      finish,
    );
  };
}

function finishOf(
  activation: string,
  slope: number | undefined,
  bias: TensorInfo | undefined,
): Finish | undefined {
  if (activation !== 'linear' && activation !== 'relu' && activation !== 'leakyrelu') {
    return undefined;
  }
  return { activation, ...(bias ? { bias } : {}), ...(slope === undefined ? {} : { slope }) };
}
