import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { edgesRenormalizedTransposed, gaussianWeights, weightsInside } from './taps';

export interface GaussianAxisNumbers {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
  readonly axis: number;
  readonly sigmaVoxels: number;
  readonly radius: number;
  readonly edges: number;
}

/** Convolves along one axis. Memory is walked in rows of x whatever the axis; rows are shared out. */
export function smoothAxis(
  value: FloatArray,
  smoothed: FloatArray,
  p: GaussianAxisNumbers,
  share: Share,
): void {
  const { nx, ny, nz, axis, radius } = p;
  const length = axis === 0 ? nx : axis === 1 ? ny : nz;
  const stride = axis === 0 ? 1 : axis === 1 ? nx : nx * ny;
  const reach = 2 * radius + 1;
  const weights = gaussianWeights(length, p.sigmaVoxels, radius, p.edges);
  // The transpose of a renormalized convolution is altered by edges that its neighbours see.
  const margin = p.edges === edgesRenormalizedTransposed ? 2 * radius : radius;
  const interiorBegin = Math.min(margin, length);
  const interiorEnd = Math.max(length - margin, interiorBegin);
  // Any interior row of the table holds the plain taps; the middle one is interior if any is.
  const middle = Math.min(interiorBegin, length - 1) * reach;
  const taps = weights.subarray(middle + radius, middle + reach);
  const [begin, end] = shareOf(ny * nz, share);
  for (let row = begin; row < end; row += 1) {
    const first = row * nx;
    if (axis === 0) {
      for (let x = 0; x < interiorBegin; x += 1) {
        smoothClipped(value, smoothed, first + x, first + x + 1, 1, weights, x, length, radius);
      }
      smoothInterior(value, smoothed, first + interiorBegin, first + interiorEnd, 1, taps, radius);
      for (let x = interiorEnd; x < nx; x += 1) {
        smoothClipped(value, smoothed, first + x, first + x + 1, 1, weights, x, length, radius);
      }
      continue;
    }
    const position = axis === 1 ? row % ny : Math.floor(row / ny);
    if (position >= interiorBegin && position < interiorEnd) {
      smoothInterior(value, smoothed, first, first + nx, stride, taps, radius);
    } else {
      smoothClipped(value, smoothed, first, first + nx, stride, weights, position, length, radius);
    }
  }
}

/** Elements whose neighbours all exist. `taps` are the middle one and those above it. */
function smoothInterior(
  value: FloatArray,
  smoothed: FloatArray,
  begin: number,
  end: number,
  stride: number,
  taps: Float64Array,
  radius: number,
): void {
  const t0 = taps[0]!;
  const t1 = taps[1]!;
  const s2 = 2 * stride;
  const s3 = 3 * stride;
  if (radius === 1) {
    for (let i = begin; i < end; i += 1) {
      smoothed[i] = t0 * value[i]! + t1 * (value[i - stride]! + value[i + stride]!);
    }
    return;
  }
  const t2 = taps[2]!;
  if (radius === 2) {
    for (let i = begin; i < end; i += 1) {
      smoothed[i] =
        t0 * value[i]! +
        t1 * (value[i - stride]! + value[i + stride]!) +
        t2 * (value[i - s2]! + value[i + s2]!);
    }
    return;
  }
  const t3 = taps[3]!;
  if (radius === 3) {
    for (let i = begin; i < end; i += 1) {
      smoothed[i] =
        t0 * value[i]! +
        t1 * (value[i - stride]! + value[i + stride]!) +
        t2 * (value[i - s2]! + value[i + s2]!) +
        t3 * (value[i - s3]! + value[i + s3]!);
    }
    return;
  }
  for (let i = begin; i < end; i += 1) {
    let sum =
      t0 * value[i]! +
      t1 * (value[i - stride]! + value[i + stride]!) +
      t2 * (value[i - s2]! + value[i + s2]!) +
      t3 * (value[i - s3]! + value[i + s3]!);
    for (let k = 4, offset = 4 * stride; k <= radius; k += 1, offset += stride) {
      sum += taps[k]! * (value[i - offset]! + value[i + offset]!);
    }
    smoothed[i] = sum;
  }
}

/** Elements at one position along the axis, near an edge: by the table of weights. */
function smoothClipped(
  value: FloatArray,
  smoothed: FloatArray,
  begin: number,
  end: number,
  stride: number,
  weights: Float64Array,
  position: number,
  length: number,
  radius: number,
): void {
  const low = Math.max(-radius, -position);
  const high = Math.min(radius, length - 1 - position);
  const centre = position * (2 * radius + 1) + radius;
  for (let i = begin; i < end; i += 1) {
    let sum = 0;
    for (let k = low; k <= high; k += 1) sum += weights[centre + k]! * value[i + k * stride]!;
    smoothed[i] = sum;
  }
}

/** Divides what was smoothed along an axis by the weight of the taps that lay inside, in rows of y as `smoothBySimd` shares them. */
export function divideByWeightInside(
  smoothed: FloatArray,
  { nx, ny, nz, axis, sigmaVoxels, radius }: Omit<GaussianAxisNumbers, 'edges'>,
  share: Share,
): void {
  const length = axis === 0 ? nx : axis === 1 ? ny : nz;
  const factors = weightsInside(length, sigmaVoxels, radius).map((weight) => 1 / weight);
  const [first, end] = shareOf(ny, share);
  // Between these no tap lies outside; the two ranges meet where the axis is short.
  const low = Math.min(radius, length);
  const high = Math.max(length - radius, low);
  for (let z = 0; z < nz; z += 1) {
    for (let y = first; y < end; y += 1) {
      const row = nx * (y + ny * z);
      if (axis === 0) {
        for (let x = 0; x < low; x += 1) smoothed[row + x]! *= factors[x]!;
        for (let x = high; x < nx; x += 1) smoothed[row + x]! *= factors[x]!;
        continue;
      }
      const position = axis === 1 ? y : z;
      if (position >= low && position < high) continue;
      const factor = factors[position]!;
      for (let x = 0; x < nx; x += 1) smoothed[row + x]! *= factor;
    }
  }
}
