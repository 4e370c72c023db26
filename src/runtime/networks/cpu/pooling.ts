import type { TensorInfo } from '@tensorflow/tfjs';
import type { TensorBackend } from './backend';
import { isFloat, sizeOf, type TensorKernel } from './kernel';
import type { TensorFlow } from './library';

/** Windows side by side; in 2-D one plane. */
interface Windows {
  readonly batch: number;
  readonly inSize: readonly number[];
  readonly channels: number;
  readonly window: readonly number[];
  readonly outSize: readonly number[];
  readonly outShape: readonly number[];
}

/** Largest values of windows that do not overlap, and their way back; other windows are left to TensorFlow.js. */
export function poolingKernels(tf: TensorFlow): Readonly<Record<string, TensorKernel>> {
  const describe = (shape: readonly number[], attributes: unknown): Windows | undefined => {
    const { filterSize, strides, pad, dimRoundingMode, dataFormat } = attributes as {
      readonly filterSize: number | [number, number, number];
      readonly strides: number | [number, number, number];
      readonly pad: 'same' | 'valid' | number;
      readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
      readonly dataFormat?: string;
    };
    if (dataFormat?.startsWith('NC')) return undefined;
    if (shape.length === 4) {
      const info = tf.backend_util.computePool2DInfo(
        shape as [number, number, number, number],
        filterSize as unknown as [number, number],
        strides as unknown as [number, number],
        1,
        pad,
        dimRoundingMode,
      );
      const { padInfo, filterHeight, filterWidth, strideHeight, strideWidth } = info;
      if (padInfo.top !== 0 || padInfo.left !== 0) return undefined;
      if (filterHeight !== strideHeight || filterWidth !== strideWidth) return undefined;
      return {
        batch: info.batchSize,
        inSize: [1, info.inHeight, info.inWidth],
        channels: info.inChannels,
        window: [1, filterHeight, filterWidth],
        outSize: [1, info.outHeight, info.outWidth],
        outShape: info.outShape,
      };
    }
    const info = tf.backend_util.computePool3DInfo(
      shape as [number, number, number, number, number],
      filterSize as [number, number, number],
      strides as [number, number, number],
      1,
      pad,
      dimRoundingMode,
    );
    const { padInfo, filterDepth, filterHeight, filterWidth } = info;
    if (padInfo.front > 0 || padInfo.top > 0 || padInfo.left > 0) return undefined;
    if (padInfo.front < 0 || padInfo.top < 0 || padInfo.left < 0) return undefined;
    if (filterDepth !== info.strideDepth || filterHeight !== info.strideHeight) return undefined;
    if (filterWidth !== info.strideWidth) return undefined;
    return {
      batch: info.batchSize,
      inSize: [info.inDepth, info.inHeight, info.inWidth],
      channels: info.inChannels,
      window: [filterDepth, filterHeight, filterWidth],
      outSize: [info.outDepth, info.outHeight, info.outWidth],
      outShape: info.outShape,
    };
  };
  const forward: TensorKernel = (backend, { x }, attributes) => {
    const windows = isFloat(x) && describe(x.shape, attributes);
    if (!windows) return undefined;
    return ofWindows(backend, 'largestOfWindows', windows, x as TensorInfo);
  };
  const back: TensorKernel = (backend, { dy, input }, attributes) => {
    const windows = isFloat(dy) && isFloat(input) && describe(input.shape, attributes);
    if (!windows) return undefined;
    const x = input as TensorInfo;
    const { info, address } = backend.newTensor(x.shape);
    const { inSize, window, outSize } = windows;
    const covers = inSize.every((n, i) => n <= (window[i] as number) * (outSize[i] as number));
    if (!covers) backend.tensorMemory.floats(address, sizeOf(x.shape)).fill(0);
    const from = backend.addressOf(x);
    const coming = backend.addressOf(dy as TensorInfo);
    backend.team.run({
      run: 'largestOfWindowsBack',
      tasks: windows.batch * (outSize[0] as number),
      parameters: [from, address, ...numbersOf(windows), coming],
      isSmall: sizeOf(x.shape) < 1 << 14,
    });
    return info;
  };
  return { MaxPool: forward, MaxPool3D: forward, MaxPoolGrad: back, MaxPool3DGrad: back };
}

function ofWindows(
  backend: TensorBackend,
  run: 'largestOfWindows' | 'sumOfWindows',
  windows: Windows,
  x: TensorInfo,
): TensorInfo {
  const { info, address } = backend.newTensor(windows.outShape);
  backend.team.run({
    run,
    tasks: windows.batch * (windows.outSize[0] as number),
    parameters: [backend.addressOf(x), address, ...numbersOf(windows)],
    isSmall: sizeOf(x.shape) < 1 << 14,
  });
  return info;
}

function numbersOf({ inSize, channels, window, outSize }: Windows): readonly number[] {
  return [...inSize, channels, ...window, ...outSize];
}

/** Doubling and the like of slices to whole multiples by the nearest voxel, and its way back. */
export const resizeKernels: Readonly<Record<string, TensorKernel>> = {
  ResizeNearestNeighbor(backend, { images }, attributes) {
    const { size, alignCorners, halfPixelCenters } = attributes as unknown as ResizeAttributes;
    if (!isFloat(images) || alignCorners || halfPixelCenters) return undefined;
    const [batch, height, width, channels] = images.shape as [number, number, number, number];
    const [timesY, timesX] = [size[0] / height, size[1] / width];
    if (!Number.isInteger(timesY) || !Number.isInteger(timesX)) return undefined;
    const { info, address } = backend.newTensor([batch, ...size, channels]);
    const row = size[1] * channels;
    backend.team.run({
      run: 'copyBlocks',
      tasks: batch * height,
      parameters: [
        ...[backend.addressOf(images), address, channels, 1],
        ...[batch, height, timesY, width, timesX],
        ...[height * width * channels, width * channels, 0, channels, 0],
        ...[size[0] * row, timesY * row, row, timesX * channels, channels],
      ],
      isSmall: batch * size[0] * row < 1 << 14,
    });
    return info;
  },
  ResizeNearestNeighborGrad(backend, { images, dy }, attributes) {
    const { alignCorners, halfPixelCenters } = attributes as unknown as ResizeAttributes;
    if (!isFloat(images) || !isFloat(dy) || alignCorners || halfPixelCenters) return undefined;
    const [batch, height, width, channels] = images.shape as [number, number, number, number];
    const [, tall, wide] = dy.shape as [number, number, number, number];
    if (!Number.isInteger(tall / height) || !Number.isInteger(wide / width)) return undefined;
    // Rows of all slices as planes, so that they are shared out.
    const windows: Windows = {
      batch: 1,
      inSize: [batch * height, tall / height, wide],
      channels,
      window: [1, tall / height, wide / width],
      outSize: [batch * height, 1, width],
      outShape: images.shape,
    };
    return ofWindows(backend, 'sumOfWindows', windows, dy);
  },
};

interface ResizeAttributes {
  readonly size: readonly [number, number];
  readonly alignCorners?: boolean;
  readonly halfPixelCenters?: boolean;
}
