import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { parzenSlopes, parzenWeights } from './parzen.cpu';

export interface HistogramNumbers {
  readonly count: number;
  readonly bins: number;
  /** 0 cubic B-spline, 1 Gaussian. */
  readonly window: number;
}

/**
 * Adds each voxel to one table per chunk of `chunkLength` voxels: its weights over four bins of the
 * fixed image (rows) times those over four bins of the warped one, times the voxel's weight if it has one.
 *
 * An intensity at the lower end of the range lies on bin 1, at the upper end on the last but one,
 * so that four bins around always exist; beyond the range it counts as the end.
 */
export function histogramPartials(
  fixed: FloatArray,
  warped: FloatArray,
  fixedRange: FloatArray,
  warpedRange: FloatArray,
  weight: FloatArray | undefined,
  partials: FloatArray,
  p: HistogramNumbers & { readonly chunkLength: number },
  share: Share,
): void {
  const bins = p.bins;
  const span = bins - 3;
  const last = bins - 3;
  const gaussian = p.window === 1;
  const fixedLow = fixedRange[0]!;
  const warpedLow = warpedRange[0]!;
  const fixedScale = binsPerUnit(fixedRange, span);
  const warpedScale = binsPerUnit(warpedRange, span);
  const table = new Float64Array(bins * bins);
  const weights = new Float64Array(4);
  const chunks = Math.ceil(p.count / p.chunkLength);
  const [firstChunk, lastChunk] = shareOf(chunks, share);
  for (let chunk = firstChunk; chunk < lastChunk; chunk += 1) {
    table.fill(0);
    const end = Math.min((chunk + 1) * p.chunkLength, p.count);
    for (let i = chunk * p.chunkLength; i < end; i += 1) {
      let c = (fixed[i]! - fixedLow) * fixedScale;
      c = c > 0 ? (c < span ? c + 1 : span + 1) : 1;
      let a = c | 0;
      if (a > last) a = last;
      let f = c - a;
      parzenWeights(f, gaussian, weights);
      const counted = weight === undefined ? 1 : weight[i]!;
      const f0 = counted * weights[0]!;
      const f1 = counted * weights[1]!;
      const f2 = counted * weights[2]!;
      const f3 = counted * weights[3]!;
      c = (warped[i]! - warpedLow) * warpedScale;
      c = c > 0 ? (c < span ? c + 1 : span + 1) : 1;
      let b = c | 0;
      if (b > last) b = last;
      f = c - b;
      parzenWeights(f, gaussian, weights);
      const w0 = weights[0]!;
      const w1 = weights[1]!;
      const w2 = weights[2]!;
      const w3 = weights[3]!;
      let o = ((a - 1) * bins + b - 1) | 0;
      table[o]! += f0 * w0;
      table[o + 1]! += f0 * w1;
      table[o + 2]! += f0 * w2;
      table[o + 3]! += f0 * w3;
      o = (o + bins) | 0;
      table[o]! += f1 * w0;
      table[o + 1]! += f1 * w1;
      table[o + 2]! += f1 * w2;
      table[o + 3]! += f1 * w3;
      o = (o + bins) | 0;
      table[o]! += f2 * w0;
      table[o + 1]! += f2 * w1;
      table[o + 2]! += f2 * w2;
      table[o + 3]! += f2 * w3;
      o = (o + bins) | 0;
      table[o]! += f3 * w0;
      table[o + 1]! += f3 * w1;
      table[o + 2]! += f3 * w2;
      table[o + 3]! += f3 * w3;
    }
    partials.set(table, chunk * bins * bins);
  }
}

/** histogram = Σ partial tables / voxels, in the order of the chunks; bins are shared out. */
export function sumTables(
  partials: FloatArray,
  histogram: FloatArray,
  p: { readonly cells: number; readonly chunks: number; readonly voxels: number },
  share: Share,
): void {
  const [begin, end] = shareOf(p.cells, share);
  const sums = new Float64Array(end - begin);
  for (let chunk = 0; chunk < p.chunks; chunk += 1) {
    const offset = chunk * p.cells + begin;
    for (let i = 0; i < sums.length; i += 1) sums[i]! += partials[offset + i]!;
  }
  for (let i = 0; i < sums.length; i += 1) histogram[begin + i] = sums[i]! / p.voxels;
}

/**
 * Cotangent of one image: Σ over 4 × 4 bins of its windows' slopes, the other image's windows and
 * the table's cotangent. Zero beyond the range, where the intensity has no effect. `otherStride`
 * and `imageStride` say which image's bins are the rows of the table.
 */
export function histogramCotangents(
  other: FloatArray,
  image: FloatArray,
  otherRange: FloatArray,
  imageRange: FloatArray,
  weight: FloatArray | undefined,
  cotangent: FloatArray,
  imageCotangent: FloatArray,
  p: HistogramNumbers & { readonly otherStride: number; readonly imageStride: number },
  share: Share,
): void {
  const span = p.bins - 3;
  const last = p.bins - 3;
  const gaussian = p.window === 1;
  const otherLow = otherRange[0]!;
  const imageLow = imageRange[0]!;
  const otherScale = binsPerUnit(otherRange, span);
  const imageScale = binsPerUnit(imageRange, span);
  const os = p.otherStride;
  const s1 = p.imageStride;
  const s2 = 2 * s1;
  const s3 = 3 * s1;
  // A copy in double: the table is read sixteen times a voxel.
  const table = Float64Array.from(cotangent, (value) => (value * imageScale) / p.count);
  const weights = new Float64Array(4);
  const [begin, end] = shareOf(p.count, share);
  for (let i = begin; i < end; i += 1) {
    let c = (image[i]! - imageLow) * imageScale;
    if (!(c > 0 && c < span)) {
      imageCotangent[i] = 0;
      continue;
    }
    c += 1;
    // Just below the end of the range the sum may round up to it.
    let b = c | 0;
    if (b > last) b = last;
    let f = c - b;
    parzenSlopes(f, gaussian, weights);
    const d0 = weights[0]!;
    const d1 = weights[1]!;
    const d2 = weights[2]!;
    const d3 = weights[3]!;
    c = (other[i]! - otherLow) * otherScale;
    c = c > 0 ? (c < span ? c + 1 : span + 1) : 1;
    let a = c | 0;
    if (a > last) a = last;
    f = c - a;
    parzenWeights(f, gaussian, weights);
    const w0 = weights[0]!;
    const w1 = weights[1]!;
    const w2 = weights[2]!;
    const w3 = weights[3]!;
    let o = ((a - 1) * os + (b - 1) * s1) | 0;
    let sum =
      w0 * (d0 * table[o]! + d1 * table[o + s1]! + d2 * table[o + s2]! + d3 * table[o + s3]!);
    o = (o + os) | 0;
    sum += w1 * (d0 * table[o]! + d1 * table[o + s1]! + d2 * table[o + s2]! + d3 * table[o + s3]!);
    o = (o + os) | 0;
    sum += w2 * (d0 * table[o]! + d1 * table[o + s1]! + d2 * table[o + s2]! + d3 * table[o + s3]!);
    o = (o + os) | 0;
    sum += w3 * (d0 * table[o]! + d1 * table[o + s1]! + d2 * table[o + s2]! + d3 * table[o + s3]!);
    imageCotangent[i] = weight === undefined ? sum : weight[i]! * sum;
  }
}

/** Bins between the ends of the range for one unit of intensity; 0 where the range is empty. */
export function binsPerUnit(range: FloatArray, span: number): number {
  const width = range[1]! - range[0]!;
  return width > 0 ? span / width : 0;
}
