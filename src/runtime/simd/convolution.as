// Convolution with channels last. Registers hold four voxels by eight channels of the output, or six by four where there are
// few: eight sums are the most that V8 keeps in registers beside what they are made of, and with twelve it takes twice as
// long. What an output becomes is one sum in the order of the taps z, y, x and of the input's channels.

import { storeLanes } from './lanes';
import { at, packPlanes, rowBytesOf } from './convolution-rows';

/** A run of output rows of one batch: rows of a block of y, over a chunk of z. */
export function convolve(task: i32, part: i32, p: usize): void {
  const chunks = at(p, 22), blocks = at(p, 20), blockRows = at(p, 19), chunk = at(p, 21);
  const batch = task / (chunks * blocks);
  const y0 = ((task / chunks) % blocks) * blockRows;
  const z0 = (task % chunks) * chunk;
  const rows = min(blockRows, at(p, 16) - y0);
  const z1 = min(z0 + chunk, at(p, 15));
  const sz = at(p, 9), sy = at(p, 10), oz = at(p, 12), kz = at(p, 6), ky = at(p, 7);
  const scratch = <usize>at(p, 24) + <usize>part * <usize>at(p, 25);
  const rowBytes = rowBytesOf(p);
  const planeBytes = <usize>((blockRows - 1) * sy + ky) * rowBytes;
  const inRows = (rows - 1) * sy + ky;
  const channelsOut = at(p, 18);
  const n = at(p, 8) * at(p, 5);
  const blockBytes = <usize>(kz * ky * n) << 5;
  let packed = oz + z0 * sz;
  for (let z = z0; z < z1; z++) {
    const first = oz + z * sz;
    packPlanes(p, scratch, batch, max(packed, first), first + kz, y0, inRows);
    packed = first + kz;
    let out = <usize>at(p, 28) + <usize>batch * <usize>at(p, 29) + <usize>z * <usize>at(p, 30) + <usize>y0 * <usize>at(p, 31);
    for (let y = 0; y < rows; y++, out += <usize>at(p, 31)) {
      const from = scratch + <usize>(y * sy) * rowBytes;
      let weights = <usize>at(p, 27);
      for (let co = 0; co < channelsOut; co += 8, weights += blockBytes) {
        const lanes = min(8, channelsOut - co);
        if (lanes > 4) eightChannels(p, from, first - oz, planeBytes, rowBytes, weights, out, co, lanes);
        else fourChannels(p, from, first - oz, planeBytes, rowBytes, weights, out, co, lanes);
      }
    }
  }
}

/** Bias and activation of four outputs: as they are, or what is not above 0 times a slope. */
// @ts-ignore: decorator
@inline
function finished(value: v128, bias: v128, activation: i32, slope: v128): v128 {
  const sum = f32x4.add(value, bias);
  if (activation == 0) return sum;
  if (activation == 1) return f32x4.max(f32x4.splat(0), sum);
  return v128.bitselect(sum, f32x4.mul(sum, slope), f32x4.gt(sum, f32x4.splat(0)));
}

// @ts-ignore: decorator
@inline
function put(out: usize, a: v128, b: v128, bias0: v128, bias1: v128, activation: i32, slope: v128, lanes: i32): void {
  v128.store(out, finished(a, bias0, activation, slope));
  const second = finished(b, bias1, activation, slope);
  if (lanes == 8) v128.store(out, second, 16);
  else storeLanes(out + 16, second, lanes - 4);
}

/** A row of outputs, eight channels of them. */
function eightChannels(
  p: usize, from: usize, plane: i32, planeBytes: usize, rowBytes: usize, weights: usize, out: usize, co: i32, lanes: i32,
): void {
  const kz = at(p, 6), ky = at(p, 7), n = at(p, 8) * at(p, 5), nx = at(p, 17);
  const d = <usize>(at(p, 11) * at(p, 5)) << 2;
  const outX = <usize>at(p, 32);
  const bias = <usize>at(p, 33) + (<usize>co << 2);
  const activation = at(p, 34);
  const slope = v128.load32_splat(p + 140);
  const b0 = v128.load(bias), b1 = v128.load(bias, 16);
  for (let x = 0; x < nx; x += 4) {
    let a00 = f32x4.splat(0), a01 = a00, a10 = a00, a11 = a00;
    let a20 = a00, a21 = a00, a30 = a00, a31 = a00;
    let w = weights;
    for (let z = 0; z < kz; z++) {
      let row = from + <usize>((plane + z) % kz) * planeBytes + <usize>x * d;
      for (let y = 0; y < ky; y++, row += rowBytes) {
        const end = row + (<usize>n << 2);
        for (let q = row; q < end; q += 4, w += 32) {
          const w0 = v128.load(w), w1 = v128.load(w, 16);
          let s = v128.load32_splat(q);
          a00 = f32x4.add(a00, f32x4.mul(s, w0));
          a01 = f32x4.add(a01, f32x4.mul(s, w1));
          s = v128.load32_splat(q + d);
          a10 = f32x4.add(a10, f32x4.mul(s, w0));
          a11 = f32x4.add(a11, f32x4.mul(s, w1));
          s = v128.load32_splat(q + 2 * d);
          a20 = f32x4.add(a20, f32x4.mul(s, w0));
          a21 = f32x4.add(a21, f32x4.mul(s, w1));
          s = v128.load32_splat(q + 3 * d);
          a30 = f32x4.add(a30, f32x4.mul(s, w0));
          a31 = f32x4.add(a31, f32x4.mul(s, w1));
        }
      }
    }
    const o = out + <usize>x * outX + (<usize>co << 2);
    const left = nx - x;
    put(o, a00, a01, b0, b1, activation, slope, lanes);
    if (left > 1) put(o + outX, a10, a11, b0, b1, activation, slope, lanes);
    if (left > 2) put(o + 2 * outX, a20, a21, b0, b1, activation, slope, lanes);
    if (left > 3) put(o + 3 * outX, a30, a31, b0, b1, activation, slope, lanes);
  }
}

/** The same for up to four channels, six voxels at a time. */
function fourChannels(
  p: usize, from: usize, plane: i32, planeBytes: usize, rowBytes: usize, weights: usize, out: usize, co: i32, lanes: i32,
): void {
  const kz = at(p, 6), ky = at(p, 7), n = at(p, 8) * at(p, 5), nx = at(p, 17);
  const d = <usize>(at(p, 11) * at(p, 5)) << 2;
  const outX = <usize>at(p, 32);
  const activation = at(p, 34);
  const slope = v128.load32_splat(p + 140);
  const bias = v128.load(<usize>at(p, 33) + (<usize>co << 2));
  for (let x = 0; x < nx; x += 6) {
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0;
    let w = weights;
    for (let z = 0; z < kz; z++) {
      let row = from + <usize>((plane + z) % kz) * planeBytes + <usize>x * d;
      for (let y = 0; y < ky; y++, row += rowBytes) {
        const end = row + (<usize>n << 2);
        for (let q = row; q < end; q += 4, w += 16) {
          const w0 = v128.load(w);
          a0 = f32x4.add(a0, f32x4.mul(v128.load32_splat(q), w0));
          a1 = f32x4.add(a1, f32x4.mul(v128.load32_splat(q + d), w0));
          a2 = f32x4.add(a2, f32x4.mul(v128.load32_splat(q + 2 * d), w0));
          a3 = f32x4.add(a3, f32x4.mul(v128.load32_splat(q + 3 * d), w0));
          a4 = f32x4.add(a4, f32x4.mul(v128.load32_splat(q + 4 * d), w0));
          a5 = f32x4.add(a5, f32x4.mul(v128.load32_splat(q + 5 * d), w0));
        }
      }
    }
    const o = out + <usize>x * outX + (<usize>co << 2);
    const left = nx - x;
    storeLanes(o, finished(a0, bias, activation, slope), lanes);
    if (left > 1) storeLanes(o + outX, finished(a1, bias, activation, slope), lanes);
    if (left > 2) storeLanes(o + 2 * outX, finished(a2, bias, activation, slope), lanes);
    if (left > 3) storeLanes(o + 3 * outX, finished(a3, bias, activation, slope), lanes);
    if (left > 4) storeLanes(o + 4 * outX, finished(a4, bias, activation, slope), lanes);
    if (left > 5) storeLanes(o + 5 * outX, finished(a5, bias, activation, slope), lanes);
  }
}

/**
 * Filters as `convolve` reads them: for each eight channels of output (four where no more are left) the taps in order, the
 * input's channels, the output's. Taps may be taken in steps and backwards, channels in either order.
 */
export function packFilter(task: i32, part: i32, p: usize): void {
  const source = <usize>at(p, 0);
  let target = <usize>at(p, 1);
  const tz = at(p, 2), ty = at(p, 3), tx = at(p, 4);
  const height = at(p, 5), width = at(p, 6);
  const firstZ = at(p, 7), firstY = at(p, 8), firstX = at(p, 9);
  const stepZ = at(p, 10), stepY = at(p, 11), stepX = at(p, 12);
  const channelsIn = at(p, 13), channelsOut = at(p, 14), strideIn = at(p, 15), strideOut = at(p, 16);
  const tapFloats = channelsIn * channelsOut;
  for (let co = 0; co < channelsOut; co += 8) {
    const lanes = min(8, channelsOut - co);
    const block = lanes > 4 ? 8 : 4;
    for (let z = 0; z < tz; z++) for (let y = 0; y < ty; y++) for (let x = 0; x < tx; x++) {
      const tap = ((firstZ + z * stepZ) * height + firstY + y * stepY) * width + firstX + x * stepX;
      const from = source + (<usize>(tap * tapFloats + co * strideOut) << 2);
      for (let i = 0; i < channelsIn; i++) {
        for (let k = 0; k < block; k++, target += 4) {
          store<f32>(target, k < lanes ? load<f32>(from + (<usize>(i * strideIn + k * strideOut) << 2)) : 0);
        }
      }
    }
  }
}
