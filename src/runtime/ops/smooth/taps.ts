/** How the values beyond the edge enter a convolution; see `gaussian`. */
export const edgesZero = 0;
export const edgesRenormalized = 1;
export const edgesRenormalizedTransposed = 2;

/** Taps on either side of the middle one. A hair below a whole number still counts as whole. */
export function gaussianRadius(sigmaVoxels: number, truncate: number): number {
  return Math.ceil(truncate * sigmaVoxels - 1e-9);
}

/** Taps −radius … radius: the Gaussian's integral over each voxel, with sum 1. */
export function gaussianTaps(sigmaVoxels: number, radius: number): Float64Array {
  const scale = 1 / (sigmaVoxels * Math.SQRT2);
  const taps = new Float64Array(2 * radius + 1);
  let sum = 0;
  for (let k = -radius; k <= radius; k += 1) {
    const tap = errorFunction((k + 0.5) * scale) - errorFunction((k - 0.5) * scale);
    taps[k + radius] = tap;
    sum += tap;
  }
  return taps.map((tap) => tap / sum);
}

/** At each of the `length` positions of an axis, the sum of the taps that lie inside. */
export function weightsInside(length: number, sigmaVoxels: number, radius: number): Float64Array {
  const taps = gaussianTaps(sigmaVoxels, radius);
  return Float64Array.from({ length }, (_, position) =>
    taps.reduce((sum, tap, k) => {
      const neighbour = position + k - radius;
      return neighbour < 0 || neighbour >= length ? sum : sum + tap;
    }, 0),
  );
}

/**
 * Weights of the neighbours −radius … radius at each of the `length` positions of an axis, one row
 * a position; 0 for neighbours beyond the edge.
 */
export function gaussianWeights(
  length: number,
  sigmaVoxels: number,
  radius: number,
  edges: number,
): Float64Array {
  const taps = gaussianTaps(sigmaVoxels, radius);
  const reach = taps.length;
  const weights = new Float64Array(length * reach);
  const weightInside = new Float64Array(length);
  for (let position = 0; position < length; position += 1) {
    for (let k = 0; k < reach; k += 1) {
      const neighbour = position + k - radius;
      if (neighbour < 0 || neighbour >= length) continue;
      const tap = taps[k] as number;
      weights[position * reach + k] = tap;
      weightInside[position] = (weightInside[position] as number) + tap;
    }
  }
  if (edges === edgesZero) return weights;
  return weights.map((weight, index) => {
    if (weight === 0) return 0;
    const position = Math.floor(index / reach);
    const neighbour = position + (index % reach) - radius;
    const divided = edges === edgesRenormalizedTransposed ? neighbour : position;
    return weight / (weightInside[divided] as number);
  });
}

/** erf by Kummer's series, whose terms are all positive, so that none cancels. */
function errorFunction(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude > 6) return Math.sign(x);
  let term = (2 / Math.sqrt(Math.PI)) * magnitude * Math.exp(-magnitude * magnitude);
  let sum = term;
  for (let n = 1; term > 1e-18; n += 1) {
    term *= (2 * magnitude * magnitude) / (2 * n + 1);
    sum += term;
  }
  return Math.sign(x) * sum;
}
