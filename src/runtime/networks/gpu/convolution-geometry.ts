import type { backend_util } from '@tensorflow/tfjs';

/** Numbers along x, y and z. */
export type Triple = readonly [x: number, y: number, z: number];

/** A convolution of a volume, channels last; an image is a volume of one slice. */
export interface Convolution {
  readonly batch: number;
  readonly inputSize: Triple;
  readonly outputSize: Triple;
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly kernelSize: Triple;
  readonly stride: Triple;
  /**
   * Missing voxels before the first: the kernel's first tap at output 0 meets input −padding. TensorFlow.js has it
   * negative where a kernel of a volume is shorter than its stride.
   */
  readonly padding: Triple;
}

type Info2D = ReturnType<typeof backend_util.computeConv2DInfo>;
type Info3D = ReturnType<typeof backend_util.computeConv3DInfo>;

/** What TensorFlow.js found out about a convolution, or undefined where we leave it to its own kernels. */
export function convolutionOf(info: Info2D | Info3D): Convolution | undefined {
  if (info.dataFormat !== 'channelsLast') return undefined;
  if (info.dilationHeight !== 1 || info.dilationWidth !== 1) return undefined;
  const plane = {
    batch: info.batchSize,
    inputChannels: info.inChannels,
    outputChannels: info.outChannels,
  };
  if ('inDepth' in info) {
    if (info.dilationDepth !== 1) return undefined;
    return {
      ...plane,
      inputSize: [info.inWidth, info.inHeight, info.inDepth],
      outputSize: [info.outWidth, info.outHeight, info.outDepth],
      kernelSize: [info.filterWidth, info.filterHeight, info.filterDepth],
      stride: [info.strideWidth, info.strideHeight, info.strideDepth],
      padding: [info.padInfo.left, info.padInfo.top, info.padInfo.front],
    };
  }
  return {
    ...plane,
    inputSize: [info.inWidth, info.inHeight, 1],
    outputSize: [info.outWidth, info.outHeight, 1],
    kernelSize: [info.filterWidth, info.filterHeight, 1],
    stride: [info.strideWidth, info.strideHeight, 1],
    padding: [info.padInfo.left, info.padInfo.top, 0],
  };
}

/**
 * One pass of a convolution that reads `source` and writes every `targetStep`-th voxel of `target`: voxel j of the
 * lattice that is written is Σ over taps m of source(j · step + origin + m) · weights(tapFirst + tapStep · m).
 */
export interface Gather {
  readonly batch: number;
  readonly sourceSize: Triple;
  readonly sourceChannels: number;
  readonly targetSize: Triple;
  readonly targetChannels: number;
  /** How many voxels of the target are written along each axis. */
  readonly latticeSize: Triple;
  readonly targetStep: Triple;
  readonly targetOrigin: Triple;
  readonly step: Triple;
  readonly origin: Triple;
  readonly taps: Triple;
  readonly tapFirst: Triple;
  readonly tapStep: Triple;
  readonly kernelSize: Triple;
  /** True where the source's channels are the columns of the weights: a gradient by the input. */
  readonly transposed: boolean;
}

/** The convolution itself: one pass. */
export function forwardGather(convolution: Convolution): Gather {
  const { batch, inputSize, outputSize, kernelSize, stride, padding } = convolution;
  return {
    batch,
    sourceSize: inputSize,
    sourceChannels: convolution.inputChannels,
    targetSize: outputSize,
    targetChannels: convolution.outputChannels,
    latticeSize: outputSize,
    targetStep: [1, 1, 1],
    targetOrigin: [0, 0, 0],
    step: stride,
    origin: triple((axis) => -padding[axis]),
    taps: kernelSize,
    tapFirst: [0, 0, 0],
    tapStep: [1, 1, 1],
    kernelSize,
    transposed: false,
  };
}

/**
 * Its gradient by the input. Input voxel s·j + p meets output voxel i by tap k where s·i = s·j + p + padding − k: for
 * each remainder p of the voxel by the stride s the taps that count are every s-th, so that each remainder is a pass
 * of its own, without taps that add nothing.
 */
export function inputGradientGathers(convolution: Convolution): readonly Gather[] {
  const { batch, inputSize, outputSize, kernelSize, stride, padding } = convolution;
  const passes: Gather[] = [];
  for (let rz = 0; rz < stride[2]; rz += 1) {
    for (let ry = 0; ry < stride[1]; ry += 1) {
      for (let rx = 0; rx < stride[0]; rx += 1) {
        const remainder: Triple = [rx, ry, rz];
        const latticeSize = triple((axis) =>
          Math.max(0, Math.ceil((inputSize[axis] - remainder[axis]) / stride[axis])),
        );
        if (latticeSize.includes(0)) continue;
        const lowest = triple((axis) => modulo(remainder[axis] + padding[axis], stride[axis]));
        const taps = triple((axis) =>
          Math.max(0, Math.ceil((kernelSize[axis] - lowest[axis]) / stride[axis])),
        );
        passes.push({
          batch,
          sourceSize: outputSize,
          sourceChannels: convolution.outputChannels,
          targetSize: inputSize,
          targetChannels: convolution.inputChannels,
          latticeSize,
          targetStep: stride,
          targetOrigin: remainder,
          step: [1, 1, 1],
          origin: triple(
            (axis) =>
              (remainder[axis] + padding[axis] - lowest[axis]) / stride[axis] - (taps[axis] - 1),
          ),
          // Where one axis has no tap nothing is added at all.
          taps: taps.includes(0) ? [0, 0, 0] : taps,
          tapFirst: triple((axis) => lowest[axis] + stride[axis] * (taps[axis] - 1)),
          tapStep: triple((axis) => -stride[axis]),
          kernelSize,
          transposed: true,
        });
      }
    }
  }
  return passes;
}

/** What is left of a division, from 0 on. */
function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}

/** A number for each axis. */
export function triple(of: (axis: 0 | 1 | 2) => number): Triple {
  return [of(0), of(1), of(2)];
}
