import type { Simd } from '../../simd/simd';
import { type AxisSizes, axisLayout, timesAlongAxis } from '../bspline/along-axis.cpu';
import type { BandedRows } from '../bspline/axis-rows';
import type { FloatArray, Share } from '../define-kernel';

/** What the kernel is given: sizes, how fast waves grow faint, and which way it goes. */
export interface CosineNumbers extends AxisSizes {
  readonly decay: number;
  /** 0: from coefficients to voxels; 1: the transpose of that. */
  readonly transposed: number;
}

type Planes = readonly [FloatArray, FloatArray, FloatArray];

/** Each plane times the cosines along one axis, or their transpose. */
export function cosinesAlongAxis(
  source: Planes,
  target: Planes,
  numbers: CosineNumbers,
  share: Share,
  simd?: Simd,
): void {
  timesAlongAxis(source, target, numbers, cosineRows(numbers), share, simd);
}

/** Every row is full: a wave is seen everywhere. */
function cosineRows(numbers: CosineNumbers): BandedRows {
  const { from } = axisLayout(numbers);
  const { length: to, decay, transposed } = numbers;
  const stride = 2 + from;
  const table = new Float64Array(stride * to);
  for (let row = 0; row < to; row += 1) {
    table[row * stride + 1] = from;
    for (let column = 0; column < from; column += 1) {
      const [k, i, length] = transposed ? [row, column, from] : [column, row, to];
      table[row * stride + 2 + column] = cosineAt(k, i, length, decay);
    }
  }
  return { stride, table };
}

/** Wave k, of k half waves along `length` voxels, at voxel i: mean square 1 but for its decay. */
export function cosineAt(k: number, i: number, length: number, decay: number): number {
  if (k === 0) return 1;
  return Math.SQRT2 * Math.exp(-decay * k * k) * Math.cos((Math.PI * k * (i + 0.5)) / length);
}
