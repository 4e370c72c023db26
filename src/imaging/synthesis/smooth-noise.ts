import type { Vec3 } from '../frames';
import { normalAt, uniformStream } from '../phantoms/random';

/** Mean over all places of the sum of a cubic B-spline's squared weights: what it leaves of white noise's variance. */
const varianceKept = 151 / 315;

/** For each place along one axis, the first of its four coefficients and their weights. */
interface AxisWeights {
  readonly count: number;
  readonly coefficients: number;
  /** 4 where the axis is interpolated, 1 where it has one place. */
  readonly taps: 1 | 4;
  readonly first: Int32Array;
  readonly weights: Float64Array;
}

/**
 * Adds smooth noise of mean 0 to planes of numbers, x fastest: a cubic B-spline of independent normal coefficients, one for
 * so many places along each axis, scaled to the standard deviation that is asked for. Where the lattice of coefficients
 * lies is random too, so that nothing favours certain voxels.
 *
 * Splines in place of the linear interpolation of the published recipe: no creases along the lattice.
 */
export function addSmoothNoise(
  out: Float32Array,
  size: Vec3,
  everyPlaces: Vec3,
  std: number,
  seed: number,
): void {
  if (std === 0) return;
  const next = uniformStream(seed);
  const [x, y, z] = [0, 1, 2].map((axis) =>
    axisWeights(size[axis]!, everyPlaces[axis]!, next()),
  ) as [AxisWeights, AxisWeights, AxisWeights];
  const kept = size.reduce((product, count) => (count > 1 ? product * varianceKept : product), 1);
  const gain = std / Math.sqrt(kept);
  const coefficients = new Float64Array(x.coefficients * y.coefficients * z.coefficients);
  for (let i = 0; i < coefficients.length; i += 1) coefficients[i] = gain * normalAt(i, 0, seed);
  const alongZ = spreadOuter(coefficients, z, 1, y.coefficients * x.coefficients);
  const alongY = spreadOuter(alongZ, y, z.count, x.coefficients);
  addInner(out, alongY, x, z.count * y.count);
}

function axisWeights(count: number, every: number, phase: number): AxisWeights {
  if (count === 1) {
    const [first, weights] = [new Int32Array(1), Float64Array.of(1)];
    return { count, coefficients: 1, taps: 1, first, weights };
  }
  const first = new Int32Array(count);
  const weights = new Float64Array(4 * count);
  for (let place = 0; place < count; place += 1) {
    const at = phase + place / every;
    const cell = Math.floor(at);
    const t = at - cell;
    const s = 1 - t;
    first[place] = cell;
    weights[4 * place] = (s * s * s) / 6;
    weights[4 * place + 1] = (3 * t * t * t - 6 * t * t + 4) / 6;
    weights[4 * place + 2] = (3 * s * s * s - 6 * s * s + 4) / 6;
    weights[4 * place + 3] = (t * t * t) / 6;
  }
  return { count, coefficients: first[count - 1]! + 4, taps: 4, first, weights };
}

/** Interpolates along the middle of three axes: `outer` × coefficients × `inner` becomes `outer` × places × `inner`. */
function spreadOuter(
  from: Float64Array,
  axis: AxisWeights,
  outer: number,
  inner: number,
): Float64Array {
  const to = new Float64Array(outer * axis.count * inner);
  for (let o = 0; o < outer; o += 1) {
    for (let place = 0; place < axis.count; place += 1) {
      const target = (o * axis.count + place) * inner;
      for (let tap = 0; tap < axis.taps; tap += 1) {
        const weight = axis.weights[place * axis.taps + tap]!;
        const source = (o * axis.coefficients + axis.first[place]! + tap) * inner;
        for (let i = 0; i < inner; i += 1) to[target + i]! += weight * from[source + i]!;
      }
    }
  }
  return to;
}

function addInner(out: Float32Array, from: Float64Array, axis: AxisWeights, rows: number): void {
  const { count, coefficients, taps, first, weights } = axis;
  for (let row = 0; row < rows; row += 1) {
    const source = row * coefficients;
    const target = row * count;
    if (taps === 1) {
      out[target]! += from[source]!;
      continue;
    }
    for (let place = 0; place < count; place += 1) {
      const at = source + first[place]!;
      const w = 4 * place;
      out[target + place]! +=
        weights[w]! * from[at]! +
        weights[w + 1]! * from[at + 1]! +
        weights[w + 2]! * from[at + 2]! +
        weights[w + 3]! * from[at + 3]!;
    }
  }
}
