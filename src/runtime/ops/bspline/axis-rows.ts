import { cubicBSpline } from './cubic';

/** What is done along an axis. */
export const axisModes = {
  /** Coefficients to the spline's values at voxels. */
  evaluate: 0,
  /** Its transpose: voxels to control points. */
  gather: 1,
  /** Coefficients to those of the same spline on half the spacing. */
  subdivide: 2,
} as const;

export interface AxisNumbers {
  /** One of `axisModes`. */
  readonly mode: number;
  /** Elements along the axis before and after. */
  readonly from: number;
  readonly to: number;
  /** Voxel i lies at control point `ratio · i + offset`; in a subdivision, a fine point among the coarse ones. */
  readonly ratio: number;
  readonly offset: number;
}

/** The rows of a matrix, each zero but for a run of neighbours. */
export interface BandedRows {
  /** Numbers a row: where its run begins, how long it is, and its weights. */
  readonly stride: number;
  readonly table: Float64Array;
}

/** The matrix along one axis; what a control point beyond the ends would add is left out. */
export function axisRows({ mode, from, to, ratio, offset }: AxisNumbers): BandedRows {
  const row = (k: number): { readonly first: number; readonly weights: readonly number[] } => {
    if (mode === axisModes.gather) {
      const first = Math.max(0, Math.ceil((k - 2 - offset) / ratio));
      const last = Math.min(from - 1, Math.floor((k + 2 - offset) / ratio));
      const count = Math.max(0, last - first + 1);
      return {
        first,
        weights: Array.from({ length: count }, (_, j) =>
          cubicBSpline(ratio * (first + j) + offset - k),
        ),
      };
    }
    if (mode === axisModes.subdivide) {
      const twice = k + Math.round(2 * offset);
      const middle = twice >> 1;
      return twice % 2 === 0
        ? within(middle - 1, [1 / 8, 3 / 4, 1 / 8], from)
        : within(middle, [1 / 2, 1 / 2], from);
    }
    const position = ratio * k + offset;
    const before = Math.floor(position);
    const weights = [-1, 0, 1, 2].map((m) => cubicBSpline(position - before - m));
    return within(before - 1, weights, from);
  };
  const rows = Array.from({ length: to }, (_, k) => row(k));
  const stride = 2 + Math.max(...rows.map(({ weights }) => weights.length));
  const table = new Float64Array(stride * to);
  rows.forEach(({ first, weights }, k) => {
    table.set([first, weights.length, ...weights], k * stride);
  });
  return { stride, table };
}

/** The part of a run that lies in 0 … length − 1. */
function within(first: number, weights: readonly number[], length: number) {
  const begin = Math.max(0, first);
  const end = Math.max(begin, Math.min(length, first + weights.length));
  return { first: begin, weights: weights.slice(begin - first, end - first) };
}
