import type { Simd } from '../../simd/simd';
import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { type AxisNumbers, axisModes, axisRows, type BandedRows } from './axis-rows';

/** The size before, along which axis something is done, and how long that axis is then. */
export interface AxisSizes {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
  readonly axis: number;
  readonly length: number;
}

/** What the kernel is given: sizes, and what is done along the axis. */
export interface AlongAxisNumbers extends AxisSizes {
  readonly ratio: number;
  readonly offset: number;
  readonly mode: number;
}

type Planes = readonly [FloatArray, FloatArray, FloatArray];

/** Columns that are walked at a time: those of all positions along the axis fit a core's own cache. */
const blockColumns = 128;

/** Elements that follow one another before the axis steps on, the axis itself, and how often that repeats. */
export function axisLayout({ nx, ny, nz, axis }: AxisSizes) {
  const size = [nx, ny, nz] as const;
  const inner = axis === 0 ? 1 : axis === 1 ? nx : nx * ny;
  const from = size[axis] as number;
  return { inner, from, outer: (nx * ny * nz) / (inner * from) };
}

/** Each plane times the banded matrix of a spline along one axis. */
export function alongAxis(
  source: Planes,
  target: Planes,
  numbers: AlongAxisNumbers,
  share: Share,
  simd?: Simd,
): void {
  const { from } = axisLayout(numbers);
  const { length: to, mode, ratio, offset } = numbers;
  const rows = axisRows({ mode, from, to, ratio, offset } satisfies AxisNumbers);
  timesAlongAxis(source, target, numbers, rows, share, simd);
}

/** Each plane times a matrix of rows along one axis; columns are shared out, and no sum depends on how. */
export function timesAlongAxis(
  source: Planes,
  target: Planes,
  sizes: AxisSizes,
  { stride, table }: BandedRows,
  share: Share,
  simd?: Simd,
): void {
  const { inner, from, outer } = axisLayout(sizes);
  const { length: to } = sizes;
  const blocks = Math.ceil(inner / blockColumns);
  const [first, end] = shareOf(outer * blocks, share);
  if (simd && table.length <= simd.scratchFloats) {
    const rows = simd.floats(table, 0);
    source.forEach((plane, k) => {
      simd.functions.alongAxis(
        simd.addressOf(plane),
        simd.addressOf(target[k]!),
        ...([inner, from, to, blockColumns, first, end, rows, stride] as const),
      );
    });
    return;
  }
  source.forEach((plane, k) => {
    const out = target[k]!;
    for (let item = first; item < end; item += 1) {
      const block = item % blocks;
      const repeat = (item - block) / blocks;
      const stop = Math.min((block + 1) * blockColumns, inner);
      for (let column = block * blockColumns; column < stop; column += 1) {
        multiplyColumn(
          plane,
          repeat * from * inner + column,
          out,
          repeat * to * inner + column,
          inner,
          table,
          stride,
        );
      }
    }
  });
}

function multiplyColumn(
  source: FloatArray,
  sourceBegin: number,
  target: FloatArray,
  targetBegin: number,
  step: number,
  table: Float64Array,
  stride: number,
): void {
  for (let row = 0, at = targetBegin; row < table.length; row += stride, at += step) {
    const first = sourceBegin + table[row]! * step;
    const count = table[row + 1]!;
    let sum = 0;
    for (let k = 0; k < count; k += 1) sum += table[row + 2 + k]! * source[first + k * step]!;
    target[at] = sum;
  }
}

/** Additions and multiplications of a pass: four control points a voxel, whichever way. */
export function alongAxisOperations(numbers: AlongAxisNumbers): number {
  const { inner, from, outer } = axisLayout(numbers);
  const voxels = numbers.mode === axisModes.gather ? from : numbers.length;
  return 3 * 8 * inner * outer * voxels;
}
