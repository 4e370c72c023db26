import { Scratch } from '../../simd/scratch';

/**
 * Shading: brightness that changes exponentially along a line across the image. It is found as the slope of the
 * logarithm whose removal leaves the histogram sharpest, that is with the least entropy: Likar, Viergever,
 * Pernuš: Retrospective correction of MR intensity inhomogeneity by information minimization, 2001.
 */

/** Logarithms of brightness at places of an image. */
export interface BrightPoints {
  /** For each axis, where each point lies: −1 to 1 from end to end of the image. */
  readonly places: readonly [Float64Array, Float64Array, Float64Array];
  readonly logs: Float64Array;
}

/** Change of log brightness from the middle of the image to its end, for each axis. */
export type Slope = readonly [number, number, number];

/** Widths of a bin, in log brightness, with the longest and the shortest step of a slope that is tried at it. */
const stages = [
  { width: 0.4, firstStep: 0.4, lastStep: 0.1 },
  { width: 0.2, firstStep: 0.1, lastStep: 0.05 },
  { width: 0.1, firstStep: 0.05, lastStep: 0.0125 },
] as const;
/** Bins for which there is room where many entropies are asked for. */
const usualBins = 512;
/** No image is shaded more: e to this power from its middle to its end. */
const steepest = 4;
/** Fewer points make no histogram. */
export const fewestPoints = 64;

/**
 * The slope whose removal leaves the least entropy, from a first guess: axis by axis, with steps that shrink
 * and bins that narrow. `refineOnly` leaves out the wide bins.
 */
export function findSlope(
  points: BrightPoints,
  from: Slope,
  { refineOnly = false, scratch = new Scratch() } = {},
): Slope {
  let slope = from;
  for (const stage of refineOnly ? stages.slice(-1) : stages) {
    for (let step: number = stage.firstStep; step > 0.99 * stage.lastStep; step /= 2) {
      slope = walk(points, slope, step, stage.width, scratch);
    }
  }
  return slope;
}

/** Steps of one length along the axes, as long as any of them lowers the entropy. */
function walk(
  points: BrightPoints,
  from: Slope,
  step: number,
  width: number,
  scratch: Scratch,
): Slope {
  let best = from;
  let least = entropyWithout(points, best, width, scratch);
  for (let moved = true; moved; ) {
    moved = false;
    for (let axis = 0; axis < points.places.length; axis += 1) {
      for (const way of [step, -step]) {
        for (;;) {
          const tried: [number, number, number] = [...best];
          tried[axis] = (best[axis] as number) + way;
          if (Math.abs(tried[axis] as number) > steepest) break;
          const entropy = entropyWithout(points, tried, width, scratch);
          if (!(entropy < least - 1e-9)) break;
          best = tried;
          least = entropy;
          moved = true;
        }
      }
    }
  }
  return best;
}

/**
 * Entropy, in nats, of the histogram of log brightness once a slope is taken out; each point is spread by a cubic
 * B-spline over four bins, so that it changes smoothly with the slope.
 */
export function entropyWithout(
  points: BrightPoints,
  slope: Slope,
  width: number,
  scratch = new Scratch(),
): number {
  return scratch.during(() => {
    const count = points.logs.length;
    let entropy = 0;
    for (const filled of spreadWithout(points, slope, width, scratch)) {
      const share = filled / (6 * count);
      if (share > 0) entropy -= share * Math.log(share);
    }
    return entropy;
  });
}

/** The bins of that histogram, times 6. */
function spreadWithout(
  { places, logs }: BrightPoints,
  slope: Slope,
  width: number,
  scratch: Scratch,
): Float64Array {
  const count = logs.length;
  const even = scratch.doubles(count);
  const room = scratch.doubles(usualBins);
  const simd = scratch.reaching(...places, logs, even, room);
  if (simd) {
    const { functions, addressOf } = simd;
    const [x, y, z] = places.map(addressOf) as [number, number, number];
    const [from, into, to] = [addressOf(logs), addressOf(even), addressOf(room)];
    const n = functions.spreadWithout(x, y, z, from, count, ...slope, width, into, to, usualBins);
    if (n <= usualBins) return room.subarray(0, n);
  }
  const [alongX, alongY, alongZ] = places;
  const [changeX, changeY, changeZ] = slope;
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i += 1) {
    const value =
      (logs[i] as number) -
      changeX * (alongX[i] as number) -
      changeY * (alongY[i] as number) -
      changeZ * (alongZ[i] as number);
    even[i] = value;
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  const bins = new Float64Array(Math.floor((highest - lowest) / width) + 5);
  for (let i = 0; i < count; i += 1) {
    const place = ((even[i] as number) - lowest) / width;
    const bin = Math.floor(place);
    const f = place - bin;
    const g = 1 - f;
    bins[bin] = (bins[bin] as number) + g * g * g;
    bins[bin + 1] = (bins[bin + 1] as number) + 4 - 3 * f * f * (2 - f);
    bins[bin + 2] = (bins[bin + 2] as number) + 4 - 3 * g * g * (2 - g);
    bins[bin + 3] = (bins[bin + 3] as number) + f * f * f;
  }
  return bins;
}

/** What a slope takes out of each point's log brightness; its mean is 0. */
export function shadingAt({ places, logs }: BrightPoints, slope: Slope): Float64Array {
  const shading = new Float64Array(logs.length);
  places.forEach((along, axis) => {
    const change = slope[axis] as number;
    for (let i = 0; i < shading.length; i += 1) {
      shading[i] = (shading[i] as number) + change * (along[i] as number);
    }
  });
  const mean = shading.reduce((sum, value) => sum + value, 0) / Math.max(1, shading.length);
  return shading.map((value) => value - mean);
}

/**
 * How far parts of an image agree on its slope: the points are halved along each axis, each half finds a
 * slope of its own, and what counts is how much of the whole's shading it has, at the least. Near 1 for shading,
 * which is everywhere the same; 0 or less for anatomy that happens to be brighter at one end.
 */
export function agreementOnSlope(
  points: BrightPoints,
  slope: Slope,
  scratch = new Scratch(),
): number {
  const whole = shadingAt(points, slope);
  const size = dot(whole, whole);
  if (!(size > 0)) return 0;
  let least = Number.POSITIVE_INFINITY;
  for (const along of points.places) {
    if (along.every((at) => at === along[0])) continue;
    const middle = along.slice().sort()[along.length >> 1] as number;
    for (const isIn of [(at: number) => at < middle, (at: number) => at >= middle]) {
      const own = scratch.during(() => {
        const half = pointsWhere(points, (i) => isIn(along[i] as number), scratch);
        return half.logs.length < fewestPoints ? undefined : findSlope(half, slope, { scratch });
      });
      if (!own) return 0;
      least = Math.min(least, dot(shadingAt(points, own), whole) / size);
    }
  }
  return Number.isFinite(least) ? least : 0;
}

function pointsWhere(
  { places, logs }: BrightPoints,
  isIn: (index: number) => boolean,
  scratch: Scratch,
): BrightPoints {
  const kept = (all: Float64Array): Float64Array => {
    const part = all.filter((_, index) => isIn(index));
    const made = scratch.doubles(part.length);
    made.set(part);
    return made;
  };
  const [x, y, z] = places;
  return { places: [kept(x), kept(y), kept(z)], logs: kept(logs) };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
