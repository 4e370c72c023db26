// A banded matrix along one axis of a volume.

import { loadLanes, storeLanes } from './lanes';

/**
 * Each run of elements along an axis times a matrix of `to` rows, for the items first … end: `inner` elements lie
 * between one position of the axis and the next, and are taken `block` at a time. A row of the table has `stride`
 * floats: where its run of elements begins, how many they are, and their weights.
 */
export function alongAxis(
  source: usize, target: usize, inner: i32, from: i32, to: i32, block: i32, first: i32, end: i32,
  table: usize, stride: i32,
): void {
  const blocks = (inner + block - 1) / block;
  const step = <usize>inner << 2;
  for (let item = first; item < end; item++) {
    const repeat = item / blocks;
    const begin = (item - repeat * blocks) * block;
    const stop = min(begin + block, inner);
    const sourceBegin = source + <usize>repeat * <usize>from * step;
    let out = target + <usize>repeat * <usize>to * step;
    let row = table;
    for (let k = 0; k < to; k++) {
      const count = <i32>load<f32>(row + 4);
      const run = sourceBegin + <usize>load<f32>(row) * step;
      const weights = row + 8;
      let column = begin;
      for (; column + 16 <= stop; column += 16) {
        let at = run + (<usize>column << 2);
        let a = f32x4.splat(0);
        let b = a;
        let c = a;
        let d = a;
        for (let j = 0; j < count; j++) {
          const weight = v128.load32_splat(weights + (<usize>j << 2));
          a = f32x4.add(a, f32x4.mul(weight, v128.load(at)));
          b = f32x4.add(b, f32x4.mul(weight, v128.load(at + 16)));
          c = f32x4.add(c, f32x4.mul(weight, v128.load(at + 32)));
          d = f32x4.add(d, f32x4.mul(weight, v128.load(at + 48)));
          at += step;
        }
        const to = out + (<usize>column << 2);
        v128.store(to, a);
        v128.store(to + 16, b);
        v128.store(to + 32, c);
        v128.store(to + 48, d);
      }
      for (; column < stop; column += 4) {
        const lanes = min(stop - column, 4);
        let at = run + (<usize>column << 2);
        let a = f32x4.splat(0);
        for (let j = 0; j < count; j++) {
          const weight = v128.load32_splat(weights + (<usize>j << 2));
          a = f32x4.add(a, f32x4.mul(weight, loadLanes(at, lanes)));
          at += step;
        }
        storeLanes(out + (<usize>column << 2), a, lanes);
      }
      row += <usize>stride << 2;
      out += step;
    }
  }
}
