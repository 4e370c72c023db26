// Element by element over tensors, and sums over all their axes but the last. Whole vectors are read and written: behind every
// tensor there is room for one.

import { at } from './convolution-rows';

// @ts-ignore: decorator
@inline
function combined(op: i32, a: v128, b: v128, slope: v128): v128 {
  if (op == 0) return f32x4.add(a, b);
  if (op == 1) return f32x4.sub(a, b);
  if (op == 2) return f32x4.mul(a, b);
  if (op == 3) return f32x4.div(a, b);
  if (op == 4) return f32x4.max(a, b);
  if (op == 5) return f32x4.min(a, b);
  if (op == 6) {
    const d = f32x4.sub(a, b);
    return f32x4.mul(d, d);
  }
  // What is above 0 in a lets b through, the rest a part of it.
  return v128.bitselect(b, f32x4.mul(b, slope), f32x4.gt(a, f32x4.splat(0)));
}

// @ts-ignore: decorator
@inline
function walkTwo(op: i32, task: i32, p: usize): void {
  const count = at(p, 4), chunk = at(p, 5);
  const wrapA = <usize>at(p, 6) << 2, wrapB = <usize>at(p, 7) << 2;
  const begin = <usize>(task * chunk) << 2;
  const end = <usize>min(task * chunk + chunk, count) << 2;
  const a = <usize>at(p, 1), b = <usize>at(p, 2), out = <usize>at(p, 3);
  const slope = v128.load32_splat(p + 32);
  // One of the two may be a pattern that is repeated; chunks are whole numbers of it.
  const period = wrapA ? wrapA : wrapB ? wrapB : end - begin;
  for (let i = begin; i < end; i += period) {
    const length = min(period, end - i);
    const pa = wrapA ? a : a + i, pb = wrapB ? b : b + i, po = out + i;
    for (let k: usize = 0; k < length; k += 16) {
      v128.store(po + k, combined(op, v128.load(pa + k), v128.load(pb + k), slope));
    }
  }
}

/** Two tensors, or a tensor and a pattern that is repeated along it. */
export function combineTensors(task: i32, part: i32, p: usize): void {
  switch (at(p, 0)) {
    case 0: return walkTwo(0, task, p);
    case 1: return walkTwo(1, task, p);
    case 2: return walkTwo(2, task, p);
    case 3: return walkTwo(3, task, p);
    case 4: return walkTwo(4, task, p);
    case 5: return walkTwo(5, task, p);
    case 6: return walkTwo(6, task, p);
    default: return walkTwo(7, task, p);
  }
}

// @ts-ignore: decorator
@inline
function changed(op: i32, a: v128, slope: v128): v128 {
  if (op == 0) return f32x4.max(f32x4.splat(0), a);
  if (op == 1) return v128.bitselect(a, f32x4.mul(a, slope), f32x4.gt(a, f32x4.splat(0)));
  if (op == 2) return f32x4.sqrt(a);
  if (op == 3) return f32x4.mul(a, a);
  if (op == 4) return f32x4.neg(a);
  return f32x4.abs(a);
}

// @ts-ignore: decorator
@inline
function walkOne(op: i32, task: i32, p: usize): void {
  const count = at(p, 4), chunk = at(p, 5);
  const end = <usize>min(task * chunk + chunk, count) << 2;
  const a = <usize>at(p, 1), out = <usize>at(p, 3);
  const slope = v128.load32_splat(p + 32);
  for (let i = <usize>(task * chunk) << 2; i < end; i += 16) v128.store(out + i, changed(op, v128.load(a + i), slope));
}

/** Relu, leaky relu, root, square, negative or absolute value of a tensor. */
export function changeTensor(task: i32, part: i32, p: usize): void {
  switch (at(p, 0)) {
    case 0: return walkOne(0, task, p);
    case 1: return walkOne(1, task, p);
    case 2: return walkOne(2, task, p);
    case 3: return walkOne(3, task, p);
    case 4: return walkOne(4, task, p);
    default: return walkOne(5, task, p);
  }
}

/** Sums of many tensors of one size that lie behind one another, in their order. */
export function sumPartials(task: i32, part: i32, p: usize): void {
  const count = at(p, 4), chunk = at(p, 5), parts = at(p, 6);
  const stride = <usize>at(p, 7) << 2;
  const end = <usize>min(task * chunk + chunk, count) << 2;
  const a = <usize>at(p, 1), out = <usize>at(p, 3);
  for (let i = <usize>(task * chunk) << 2; i < end; i += 16) {
    let q = a + i;
    let sum = v128.load(q);
    for (let k = 1; k < parts; k++) {
      q += stride;
      sum = f32x4.add(sum, v128.load(q));
    }
    v128.store(out + i, sum);
  }
}

/** Sums in float64 of what lies `period` floats apart (a multiple of four), over one chunk of a tensor. */
export function sumPeriods(task: i32, part: i32, p: usize): void {
  const count = at(p, 4), chunk = at(p, 5), period = at(p, 6);
  const begin = task * chunk, end = min(begin + chunk, count);
  const a = <usize>at(p, 1);
  const sums = <usize>at(p, 3) + ((<usize>task * <usize>period) << 3);
  memory.fill(sums, 0, <usize>period << 3);
  const whole = begin + ((end - begin) / period) * period;
  let i = begin;
  for (; i < whole; i += period) {
    const row = a + (<usize>i << 2);
    for (let k = 0; k < period; k += 4) {
      const four = v128.load(row + (<usize>k << 2));
      const s = sums + (<usize>k << 3);
      v128.store(s, f64x2.add(v128.load(s), f64x2.promote_low_f32x4(four)));
      v128.store(s, f64x2.add(v128.load(s, 16), f64x2.promote_low_f32x4(v128.shuffle<i64>(four, four, 1, 1))), 16);
    }
  }
  for (let k = 0; i < end; i++, k++) {
    const s = sums + (<usize>k << 3);
    store<f64>(s, load<f64>(s) + <f64>load<f32>(a + (<usize>i << 2)));
  }
}

/** Runs of floats from one strided place to another, over up to five axes around them; tasks are items of the outer two. */
export function copyBlocks(task: i32, part: i32, p: usize): void {
  const per = at(p, 3), run = at(p, 2);
  const n1 = at(p, 5), n2 = at(p, 6), n3 = at(p, 7), n4 = at(p, 8);
  const s0 = at(p, 9), s1 = at(p, 10), s2 = at(p, 11), s3 = at(p, 12), s4 = at(p, 13);
  const t0 = at(p, 14), t1 = at(p, 15), t2 = at(p, 16), t3 = at(p, 17), t4 = at(p, 18);
  const end = min((task + 1) * per, at(p, 4) * n1);
  for (let item = task * per; item < end; item++) {
    const i = item / n1, j = item % n1;
    const from = <usize>at(p, 0) + (<usize>(i * s0 + j * s1) << 2);
    const to = <usize>at(p, 1) + (<usize>(i * t0 + j * t1) << 2);
    for (let k = 0; k < n2; k++) for (let l = 0; l < n3; l++) {
      let a = from + (<usize>(k * s2 + l * s3) << 2);
      let b = to + (<usize>(k * t2 + l * t3) << 2);
      for (let m = 0; m < n4; m++, a += <usize>s4 << 2, b += <usize>t4 << 2) {
        if (run >= 128) {
          memory.copy(b, a, <usize>run << 2);
          continue;
        }
        const whole = <usize>(run & ~3) << 2;
        const last = <usize>run << 2;
        let c: usize = 0;
        for (; c < whole; c += 16) v128.store(b + c, v128.load(a + c));
        for (; c < last; c += 4) store<f32>(b + c, load<f32>(a + c));
      }
    }
  }
}
