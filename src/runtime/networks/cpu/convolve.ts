import type { TensorInfo } from '@tensorflow/tfjs';
import type { TensorBackend } from './backend';
import {
  type ConvolutionWindow,
  cutOf,
  packedFilterFloats,
  segmentVoxels,
  slabCount,
  type Triple,
  windowParameters,
} from './convolution-job';
import { chunksOf, sizeOf } from './kernel';

/** A convolution as TensorFlow.js describes it; in 2-D it has a single plane. */
export interface Convolution extends Omit<ConvolutionWindow, 'origin'> {
  /** Zeros before the first voxel of each axis. */
  readonly before: Triple;
}

/** What each output becomes once it is summed. */
export interface Finish {
  readonly bias?: TensorInfo;
  readonly activation?: 'linear' | 'relu' | 'leakyrelu';
  /** Of what is below 0, where the activation is leaky. */
  readonly slope?: number;
}

/** Taps along each axis: the first, and how far to the next. */
interface Taps {
  readonly count: Triple;
  readonly first: Triple;
  readonly step: Triple;
}

/** Work below which others are not woken: multiplications. */
const smallWork = 200_000;
const activationNumber = { linear: 0, relu: 1, leakyrelu: 2 } as const;

/** The convolution of `x`. */
export function convolveForward(
  backend: TensorBackend,
  convolution: Convolution,
  { x, filter }: { readonly x: TensorInfo; readonly filter: TensorInfo },
  shape: readonly number[],
  finish: Finish = {},
): TensorInfo {
  const { before, taps, channelsOut } = convolution;
  const { info, address } = backend.newTensor(shape);
  const origin: Triple = [-before[0], -before[1], -before[2]];
  runWindow(
    backend,
    { ...convolution, origin },
    {
      input: backend.addressOf(x),
      filter: backend.addressOf(filter),
      taps: { count: taps, first: [0, 0, 0], step: [1, 1, 1] },
      filterSize: taps,
      channelStrides: [channelsOut, 1],
      output: address,
      outputSize: convolution.outSize,
      outputSteps: [1, 1, 1],
    },
    finish,
  );
  return info;
}

/**
 * What comes back to the input. Of each residue of a voxel by the steps other taps reach it, so each residue is a convolution
 * of `dy` of its own, with the taps backwards: nothing is multiplied by zeros put in between.
 */
export function convolveBack(
  backend: TensorBackend,
  convolution: Convolution,
  { dy, filter }: { readonly dy: TensorInfo; readonly filter: TensorInfo },
  shape: readonly number[],
): TensorInfo {
  const { before, taps, steps, inSize, outSize, channelsIn, channelsOut } = convolution;
  const { info, address } = backend.newTensor(shape);
  const input = backend.addressOf(dy);
  const weights = backend.addressOf(filter);
  const residues = [0, 1, 2].map((axis) =>
    residuesOf(
      inSize[axis] as number,
      taps[axis] as number,
      steps[axis] as number,
      before[axis] as number,
    ),
  );
  const [alongZ, alongY, alongX] = residues as [Residue[], Residue[], Residue[]];
  if (residues.flat().some(({ count }) => count === 0)) {
    backend.tensorMemory.floats(address, sizeOf(shape)).fill(0);
  }
  for (const z of alongZ) {
    for (const y of alongY) {
      for (const x of alongX) {
        if (z.count * y.count * x.count === 0) continue;
        const window: ConvolutionWindow = {
          batch: convolution.batch,
          inSize: outSize,
          channelsIn: channelsOut,
          taps: [z.count, y.count, x.count],
          steps: [1, 1, 1],
          origin: [z.origin, y.origin, x.origin],
          outSize: [z.outputs, y.outputs, x.outputs],
          channelsOut: channelsIn,
        };
        const offset = (z.residue * inSize[1] + y.residue) * inSize[2] + x.residue;
        runWindow(backend, window, {
          input,
          filter: weights,
          taps: {
            count: window.taps,
            first: [z.first, y.first, x.first],
            step: [-steps[0], -steps[1], -steps[2]],
          },
          filterSize: taps,
          channelStrides: [1, channelsOut],
          output: address + 4 * offset * channelsIn,
          outputSize: inSize,
          outputSteps: steps,
        });
      }
    }
  }
  return info;
}

/** Voxels with one remainder by the step, along one axis: which taps reach them, and from where. */
interface Residue {
  readonly residue: number;
  /** Voxels that have it. */
  readonly outputs: number;
  /** Taps that reach them, and the first of these, from the last in steps backwards. */
  readonly count: number;
  readonly first: number;
  /** Where the first of these reads for the first voxel. */
  readonly origin: number;
}

function residuesOf(size: number, taps: number, step: number, before: number): Residue[] {
  return Array.from({ length: Math.min(step, size) }, (_, residue) => {
    // TensorFlow.js's padding in 3-D is negative where steps leave out the first voxels.
    const lowest = (((residue + before) % step) + step) % step;
    const count = Math.max(0, Math.ceil((taps - lowest) / step));
    return {
      residue,
      outputs: Math.ceil((size - residue) / step),
      count,
      first: lowest + step * (count - 1),
      origin: Math.floor((residue + before) / step) - (count - 1),
    };
  });
}

interface Places {
  readonly input: number;
  readonly filter: number;
  readonly taps: Taps;
  readonly filterSize: Triple;
  /** Elements from one channel to the next in the filter: of what is read, and of what is written. */
  readonly channelStrides: readonly [number, number];
  /** Address of the first output, */
  readonly output: number;
  /** the tensor that it lies in, and voxels from one output to the next. */
  readonly outputSize: Triple;
  readonly outputSteps: Triple;
}

function runWindow(
  backend: TensorBackend,
  window: ConvolutionWindow,
  places: Places,
  finish: Finish = {},
): void {
  const { team, tensorMemory } = backend;
  const { taps, channelsIn, channelsOut, outSize, batch } = window;
  const cut = cutOf(window, 'outputs');
  const filterFloats = packedFilterFloats(taps, channelsIn, channelsOut);
  // Read in whole vectors.
  const biasFloats = Math.ceil(channelsOut / 8) * 8;
  const filterBytes = Math.ceil(filterFloats / 16) * 64;
  const biasBytes = Math.ceil(biasFloats / 16) * 64;
  const bias = finish.bias && backend.addressOf(finish.bias);
  const room = filterBytes + biasBytes + team.threads * cut.scratchBytes;
  backend.withRoom(room, (packed) => {
    const biasAt = packed + filterBytes;
    const biasValues = tensorMemory.floats(biasAt, biasFloats).fill(0);
    if (bias !== undefined) biasValues.set(tensorMemory.floats(bias, channelsOut));
    const { count, first, step } = places.taps;
    const [, height, width] = places.filterSize;
    team.run({
      run: 'packFilter',
      tasks: 1,
      parameters: [
        ...[places.filter, packed, ...count, height, width, ...first, ...step],
        ...[channelsIn, channelsOut, ...places.channelStrides],
      ],
    });
    const voxelBytes = 4 * channelsOut;
    const [depth, rows, columns] = places.outputSize;
    const [stepZ, stepY, stepX] = places.outputSteps;
    const work = batch * outSize[0] * outSize[1] * outSize[2] * filterFloats;
    team.run({
      run: 'convolve',
      tasks: batch * cut.blocks * cut.chunks,
      parameters: [
        ...windowParameters(window, cut, places.input, biasAt + biasBytes),
        ...[packed, places.output, depth * rows * columns * voxelBytes],
        ...[stepZ * rows * columns * voxelBytes, stepY * columns * voxelBytes, stepX * voxelBytes],
        ...[biasAt, activationNumber[finish.activation ?? 'linear']],
      ],
      floats: { 35: finish.slope ?? 0 },
      isSmall: work < smallWork,
    });
  });
}

/** What comes back to the filter. */
export function convolveFilter(
  backend: TensorBackend,
  convolution: Convolution,
  { x, dy }: { readonly x: TensorInfo; readonly dy: TensorInfo },
  shape: readonly number[],
): TensorInfo {
  const { team } = backend;
  const { before, outSize, batch } = convolution;
  const window = {
    ...convolution,
    origin: [-before[0], -before[1], -before[2]],
  } satisfies ConvolutionWindow;
  const floats = sizeOf(shape);
  const stride = Math.ceil(floats / 16) * 16 + 16;
  const cut = cutOf(window, 'none');
  const slabs = slabCount(window, cut, floats);
  const { info, address } = backend.newTensor(shape);
  const input = backend.addressOf(x);
  const coming = backend.addressOf(dy);
  backend.withRoom(4 * slabs * stride + team.threads * cut.scratchBytes, (partials) => {
    team.run({
      run: 'convolveFilter',
      tasks: slabs,
      parameters: [
        ...windowParameters(window, cut, input, partials + 4 * slabs * stride),
        ...[coming, partials, slabs, stride, segmentVoxels(window)],
      ],
      isSmall: batch * outSize[0] * outSize[1] * outSize[2] * floats < smallWork,
    });
    const { chunk, tasks, isSmall } = chunksOf(floats);
    team.run({
      run: 'sumPartials',
      tasks,
      parameters: [0, partials, 0, address, floats, chunk, slabs, stride],
      isSmall,
    });
  });
  return info;
}
