import type { Vec3 } from '../../../imaging/frames';
import { cubicBSpline } from '../bspline/cubic';

/** Four control points and what each counts, for every sample along an axis. */
interface AxisWeights {
  readonly controls: number;
  readonly first: Int32Array;
  readonly weights: Float64Array;
}

/** Samples of an image along an axis: every `step`-th voxel of `voxels`, from the `start`-th. */
export interface AxisSamples {
  readonly voxels: number;
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** A cubic B-spline whose `elements` pieces along each axis span an image, control points in order, x fastest. */
export interface SplineLattice {
  readonly elements: Vec3;
  readonly values: Float64Array;
}

/**
 * The spline that lies near values at samples of a grid: each control point takes the mean of what the samples in its reach
 * ask of it (multilevel B-spline approximation, Lee, Wolberg, Shin 1997, doi:10.1109/2945.620490, eq. 5). On a grid its sums
 * part by axis.
 * @param weights what each sample counts; control points in whose reach nothing counts are 0
 */
export function fitLattice(
  values: Float64Array,
  weights: Float64Array,
  samples: readonly AxisSamples[],
  elements: Vec3,
): SplineLattice {
  const bases = samples.map((axis, k) => weightsAlong(axis, elements[k] as number));
  const cubes = bases.map((basis) => powers(basis, 3));
  const squares = bases.map((basis) => powers(basis, 2));
  const above = gather(
    values.map((value, i) => value * (weights[i] as number)),
    samples,
    cubes,
  );
  const below = gather(weights, samples, squares);
  return {
    elements,
    values: above.map((value, i) => {
      const weight = below[i] as number;
      return weight > 1e-12 ? value / weight : 0;
    }),
  };
}

/** The spline's values at samples of the grid, x fastest. */
export function evaluateLattice(
  { elements, values }: SplineLattice,
  samples: readonly AxisSamples[],
): Float64Array {
  const bases = samples.map((axis, k) => weightsAlong(axis, elements[k] as number));
  const size = bases.map(({ controls }) => controls);
  return bases.reduce((now, basis, axis) => {
    const next = spread(now, size, axis, basis);
    size[axis] = basis.first.length;
    return next;
  }, values);
}

function weightsAlong({ voxels, start, step, count }: AxisSamples, elements: number): AxisWeights {
  const first = new Int32Array(count);
  const weights = new Float64Array(4 * count);
  // Along an axis of one voxel one control point is all that there is.
  if (voxels === 1) return { controls: 1, first, weights: Float64Array.of(1, 0, 0, 0) };
  for (let i = 0; i < count; i += 1) {
    const t = ((start + i * step) / (voxels - 1)) * elements;
    const piece = Math.min(Math.floor(t), elements - 1);
    first[i] = piece;
    for (let j = 0; j < 4; j += 1) weights[4 * i + j] = cubicBSpline(t - piece - (j - 1));
  }
  return { controls: elements + 3, first, weights };
}

/** w³ over the sum of squares of its sample, or w². */
function powers({ controls, first, weights }: AxisWeights, exponent: 2 | 3): AxisWeights {
  const raised = weights.map((w, at) => {
    if (exponent === 2) return w * w;
    const from = at - (at % 4);
    const squares = weights.subarray(from, from + 4).reduce((sum, v) => sum + v * v, 0);
    return w ** 3 / squares;
  });
  return { controls, first, weights: raised };
}

function gather(
  values: Float64Array,
  samples: readonly AxisSamples[],
  bases: readonly AxisWeights[],
): Float64Array {
  const size = samples.map(({ count }) => count);
  return bases.reduce((now, { controls, first, weights }, axis) => {
    const { inner, outer } = around(size, axis);
    const count = first.length;
    const next = new Float64Array(inner * controls * outer);
    for (let o = 0; o < outer; o += 1) {
      for (let i = 0; i < count; i += 1) {
        for (let j = 0; j < 4; j += 1) {
          const w = weights[4 * i + j] as number;
          if (w === 0) continue;
          const to = (o * controls + (first[i] as number) + j) * inner;
          const from = (o * count + i) * inner;
          for (let n = 0; n < inner; n += 1) next[to + n]! += w * now[from + n]!;
        }
      }
    }
    size[axis] = controls;
    return next;
  }, values);
}

function spread(
  values: Float64Array,
  size: readonly number[],
  axis: number,
  { controls, first, weights }: AxisWeights,
): Float64Array {
  const { inner, outer } = around(size, axis);
  const count = first.length;
  const next = new Float64Array(inner * count * outer);
  for (let o = 0; o < outer; o += 1) {
    for (let i = 0; i < count; i += 1) {
      for (let j = 0; j < 4; j += 1) {
        const w = weights[4 * i + j] as number;
        if (w === 0) continue;
        const from = (o * controls + (first[i] as number) + j) * inner;
        const to = (o * count + i) * inner;
        for (let n = 0; n < inner; n += 1) next[to + n]! += w * values[from + n]!;
      }
    }
  }
  return next;
}

/** How many elements lie within a step along an axis, and how often the axis is walked. */
function around(size: readonly number[], axis: number) {
  const product = (numbers: readonly number[]) => numbers.reduce((a, b) => a * b, 1);
  return { inner: product(size.slice(0, axis)), outer: product(size.slice(axis + 1)) };
}
