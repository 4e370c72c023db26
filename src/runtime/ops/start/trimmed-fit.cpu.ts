import type { FloatArray } from '../define-kernel';
import { fitLandmarks, fitMeasures } from './landmark-fit.cpu';

type Points = readonly [Float64Array, Float64Array, Float64Array];

/** Rounds of fitting and choosing anew; it has settled after a handful. */
const mostRounds = 30;
/** A round that lowers the sum of squares by less than this share is the last. */
const leastFall = 1e-3;

/**
 * affine, 12 numbers: the map that takes a share of the fixed points, those that it fits best, to their partners with the
 * least sum of squares (least trimmed squares; Rousseeuw, van Driessen 2006): fitted to all, then again and again to
 * those that lie nearest, until these are the same.
 * @param freedom what the map may do, a value of `fitCode`
 * @returns which pairs it was fitted to, and the root mean square of their distances, mm
 */
export function fitTrimmed(
  fixed: Points,
  moving: Points,
  affine: FloatArray,
  { count, freedom, share }: { count: number; freedom: number; share: number },
): { readonly kept: Int32Array; readonly rmsMm: number } {
  const wanted = Math.max(1, Math.round(share * count));
  const report = new Float64Array(fitMeasures.length);
  const [ofFixed, ofMoving] = [fixed, moving].map((planes) =>
    planes.map((plane) => plane.slice(0, count)),
  ) as unknown as [Points, Points];
  fitLandmarks(ofFixed, ofMoving, affine, report, { count, freedom });
  const squares = new Float64Array(count);
  const kept = new Int32Array(wanted);
  let before = Number.POSITIVE_INFINITY;
  for (let round = 0; round < mostRounds; round += 1) {
    squaredDistances(fixed, moving, affine, squares);
    const sum = nearest(squares, kept);
    if (!(sum < before * (1 - leastFall))) break;
    before = sum;
    for (let axis = 0; axis < 3; axis += 1) {
      for (let to = 0; to < wanted; to += 1) {
        ofFixed[axis]![to] = fixed[axis]![kept[to]!]!;
        ofMoving[axis]![to] = moving[axis]![kept[to]!]!;
      }
    }
    fitLandmarks(ofFixed, ofMoving, affine, report, { count: wanted, freedom });
  }
  return { kept, rmsMm: report[0]! };
}

/** Fills `kept` with the places of the least numbers, of equal ones the first; gives their sum. */
function nearest(squares: Float64Array, kept: Int32Array): number {
  const farthest = squares.slice().sort()[kept.length - 1]!;
  let ties = kept.length;
  for (const square of squares) if (square < farthest) ties -= 1;
  let [sum, to] = [0, 0];
  squares.forEach((square, at) => {
    if (square > farthest || (square === farthest && ties-- <= 0)) return;
    kept[to++] = at;
    sum += square;
  });
  return sum;
}

function squaredDistances(
  [x, y, z]: Points,
  moving: Points,
  affine: FloatArray,
  squares: Float64Array,
): void {
  squares.fill(0);
  for (let row = 0; row < 3; row += 1) {
    const [a, b, c, d] = affine.subarray(4 * row, 4 * row + 4) as unknown as number[];
    const to = moving[row]!;
    for (let i = 0; i < squares.length; i += 1) {
      const left = a! * x[i]! + b! * y[i]! + c! * z[i]! + d! - to[i]!;
      squares[i] = squares[i]! + left * left;
    }
  }
}
