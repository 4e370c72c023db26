import type { Simd } from '../../simd/simd';
import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { type SamplingNumbers, sampleNearest } from './sample.cpu';
import { type Planes, sampleLinearly } from './sample.simd';

/** Where the channels of a source and of what is sampled from it lie. */
export interface ChannelNumbers extends SamplingNumbers {
  readonly channels: number;
  /** Elements from a channel of the source to the next, and from one of the result. */
  readonly sourceStride: number;
  readonly stride: number;
}

/** Voxels for which all channels are sampled before the next ones: where they land stays in the cache. */
const voxelsTogether = 8192;

interface ChannelArrays {
  readonly source: FloatArray;
  readonly displacement: Planes | undefined;
  readonly affine: FloatArray | undefined;
}

/** Trilinear samples of every channel; rows of the target are shared out. */
export function sampleChannelsLinearly(
  { source, displacement, affine, value }: ChannelArrays & { readonly value: FloatArray },
  p: ChannelNumbers,
  share: Share,
  simd?: Simd,
): void {
  forPieces(p, share, (piece, channel) => {
    const arrays = {
      source: source.subarray(channel * p.sourceStride),
      displacement,
      affine,
      value: value.subarray(channel * p.stride),
    };
    sampleLinearly(arrays, p, piece, simd);
  });
}

/** The nearest voxel in every channel; rows of the target are shared out. */
export function sampleChannelsNearest(
  { source, displacement, affine, value }: ChannelArrays & { readonly value: FloatArray },
  p: ChannelNumbers,
  share: Share,
): void {
  forPieces(p, share, (piece, channel) => {
    const from = source.subarray(channel * p.sourceStride);
    const to = value.subarray(channel * p.stride);
    sampleNearest(from, displacement, affine, to, p, piece);
  });
}

/**
 * Σ over channels of cotangent · derivative along the axes of the source; rows of the target are shared out.
 * @param slopes room for the derivative of one channel, a plane an axis
 */
export function sumSlopes(
  arrays: ChannelArrays & {
    readonly cotangent: FloatArray;
    readonly slopes: FloatArray;
    readonly slope: Planes;
  },
  p: ChannelNumbers,
  share: Share,
  simd?: Simd,
): void {
  const { source, displacement, affine, cotangent, slopes, slope } = arrays;
  const count = p.nx * p.ny * p.nz;
  const derivative = [0, 1, 2].map((axis) =>
    slopes.subarray(axis * count, (axis + 1) * count),
  ) as unknown as Planes;
  forPieces(p, share, (piece, channel) => {
    const from = source.subarray(channel * p.sourceStride);
    sampleLinearly({ source: from, displacement, affine, derivative }, p, piece, simd);
    const weight = cotangent.subarray(channel * p.stride);
    const [firstRow, endRow] = shareOf(p.ny * p.nz, piece);
    for (let axis = 0; axis < 3; axis += 1) {
      const to = slope[axis]!;
      const along = derivative[axis]!;
      if (channel === 0) to.fill(0, firstRow * p.nx, endRow * p.nx);
      for (let i = firstRow * p.nx; i < endRow * p.nx; i += 1) to[i]! += weight[i]! * along[i]!;
    }
  });
}

/** Calls `visit` for each channel of each piece of a share, pieces outside. */
function forPieces(
  p: ChannelNumbers,
  { part, parts }: Share,
  visit: (piece: Share, channel: number) => void,
): void {
  // Shares of a share: together they are the rows that it is.
  const pieces = Math.ceil((p.nx * p.ny * p.nz) / (voxelsTogether * parts));
  for (let piece = 0; piece < pieces; piece += 1) {
    for (let channel = 0; channel < p.channels; channel += 1) {
      visit({ part: part * pieces + piece, parts: parts * pieces }, channel);
    }
  }
}
