// Gradient of a convolution by its filter: for each tap and channel of the input by each channel of the output a sum over
// voxels. Registers hold four by eight of these, or six by four, along a piece of a row, and are then added to memory.
// Voxels are cut into slabs, whose number depends on sizes alone; what the slabs sum to is added in order after.

import { storeLanes } from './lanes';
import { at, packPlanes, rowBytesOf } from './convolution-rows';

/** The sums of one slab. */
export function convolveFilter(slab: i32, part: i32, p: usize): void {
  const nz = at(p, 15), ny = at(p, 16), nx = at(p, 17), blocks = at(p, 20), blockRows = at(p, 19), slabs = at(p, 29);
  const units = nz * blocks * at(p, 23);
  const begin = <i32>((<i64>slab * units) / slabs), end = <i32>((<i64>(slab + 1) * units) / slabs);
  const sz = at(p, 9), sy = at(p, 10), oz = at(p, 12), kz = at(p, 6), ky = at(p, 7), kx = at(p, 8);
  const channels = at(p, 5), channelsOut = at(p, 18), segment = at(p, 31);
  const n = kx * channels;
  const scratch = <usize>at(p, 24) + <usize>part * <usize>at(p, 25);
  const rowBytes = rowBytesOf(p);
  const planeBytes = <usize>((blockRows - 1) * sy + ky) * rowBytes;
  const inStep = <usize>(at(p, 11) * channels) << 2;
  const outStep = <usize>channelsOut << 2;
  const sums = <usize>at(p, 28) + ((<usize>slab * <usize>at(p, 30)) << 2);
  memory.fill(sums, 0, <usize>at(p, 30) << 2);
  let packed = 0;
  for (let unit = begin; unit < end; unit++) {
    const z = unit % nz;
    const block = (unit / nz) % blocks;
    const batch = unit / (nz * blocks);
    const y0 = block * blockRows;
    const rows = min(blockRows, ny - y0);
    const first = oz + z * sz;
    if (unit == begin || z == 0) packed = first;
    packPlanes(p, scratch, batch, max(packed, first), first + kz, y0, (rows - 1) * sy + ky);
    packed = first + kz;
    for (let y = 0; y < rows; y++) {
      const dyRow = <usize>at(p, 27) + <usize>(((batch * nz + z) * ny + y0 + y) * nx) * outStep;
      for (let x = 0; x < nx; x += segment) {
        const count = min(segment, nx - x);
        const dy = dyRow + <usize>x * outStep;
        let sum = sums;
        for (let tz = 0; tz < kz; tz++) for (let ty = 0; ty < ky; ty++) {
          const row = scratch + <usize>((first - oz + tz) % kz) * planeBytes + <usize>(y * sy + ty) * rowBytes + <usize>x * inStep;
          for (let co = 0; co < channelsOut; co += 8) {
            const lanes = min(8, channelsOut - co);
            const at = sum + (<usize>co << 2);
            if (lanes > 4) {
              for (let i = 0; i < n; i += 4) {
                fourByEight(row + (<usize>i << 2), inStep, dy + (<usize>co << 2), outStep, count, at + <usize>i * outStep, min(4, n - i), lanes);
              }
            } else {
              for (let i = 0; i < n; i += 6) {
                sixByFour(row + (<usize>i << 2), inStep, dy + (<usize>co << 2), outStep, count, at + <usize>i * outStep, min(6, n - i), lanes);
              }
            }
          }
          sum += <usize>n * outStep;
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function addTo(target: usize, value: v128, lanes: i32): void {
  storeLanes(target, f32x4.add(v128.load(target), value), lanes);
}

// @ts-ignore: decorator
@inline
function addBoth(target: usize, a: v128, b: v128, lanes: i32): void {
  v128.store(target, f32x4.add(v128.load(target), a));
  const second = f32x4.add(v128.load(target, 16), b);
  if (lanes == 8) v128.store(target, second, 16);
  else storeLanes(target + 16, second, lanes - 4);
}

function fourByEight(q: usize, inStep: usize, dy: usize, outStep: usize, count: i32, sum: usize, valid: i32, lanes: i32): void {
  let a00 = f32x4.splat(0), a01 = a00, a10 = a00, a11 = a00;
  let a20 = a00, a21 = a00, a30 = a00, a31 = a00;
  for (let x = 0; x < count; x++, q += inStep, dy += outStep) {
    const w0 = v128.load(dy), w1 = v128.load(dy, 16);
    let s = v128.load32_splat(q);
    a00 = f32x4.add(a00, f32x4.mul(s, w0));
    a01 = f32x4.add(a01, f32x4.mul(s, w1));
    s = v128.load32_splat(q, 4);
    a10 = f32x4.add(a10, f32x4.mul(s, w0));
    a11 = f32x4.add(a11, f32x4.mul(s, w1));
    s = v128.load32_splat(q, 8);
    a20 = f32x4.add(a20, f32x4.mul(s, w0));
    a21 = f32x4.add(a21, f32x4.mul(s, w1));
    s = v128.load32_splat(q, 12);
    a30 = f32x4.add(a30, f32x4.mul(s, w0));
    a31 = f32x4.add(a31, f32x4.mul(s, w1));
  }
  addBoth(sum, a00, a01, lanes);
  if (valid > 1) addBoth(sum + outStep, a10, a11, lanes);
  if (valid > 2) addBoth(sum + 2 * outStep, a20, a21, lanes);
  if (valid > 3) addBoth(sum + 3 * outStep, a30, a31, lanes);
}

function sixByFour(q: usize, inStep: usize, dy: usize, outStep: usize, count: i32, sum: usize, valid: i32, lanes: i32): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0;
  for (let x = 0; x < count; x++, q += inStep, dy += outStep) {
    const w = v128.load(dy);
    a0 = f32x4.add(a0, f32x4.mul(v128.load32_splat(q), w));
    a1 = f32x4.add(a1, f32x4.mul(v128.load32_splat(q, 4), w));
    a2 = f32x4.add(a2, f32x4.mul(v128.load32_splat(q, 8), w));
    a3 = f32x4.add(a3, f32x4.mul(v128.load32_splat(q, 12), w));
    a4 = f32x4.add(a4, f32x4.mul(v128.load32_splat(q, 16), w));
    a5 = f32x4.add(a5, f32x4.mul(v128.load32_splat(q, 20), w));
  }
  addTo(sum, a0, lanes);
  if (valid > 1) addTo(sum + outStep, a1, lanes);
  if (valid > 2) addTo(sum + 2 * outStep, a2, lanes);
  if (valid > 3) addTo(sum + 3 * outStep, a3, lanes);
  if (valid > 4) addTo(sum + 4 * outStep, a4, lanes);
  if (valid > 5) addTo(sum + 5 * outStep, a5, lanes);
}
