// Separable stencils over a volume, three axes in one walk: rows are smoothed along x, then y, and
// kept in a ring of slices from which the third axis is taken. What a thread writes depends on its
// own voxels alone, so that any share of rows gives the same bits.

import { chainRow } from './chain';

// Rows of floats are kept a whole number of vectors long.
// @ts-ignore: decorator
@inline
export function padded(n: i32): i32 {
  return (n + 3) & ~3;
}

// @ts-ignore: decorator
@inline
function zeroRow(p: usize, floats: i32): void {
  memory.fill(p, 0, <usize>floats << 2);
}

/** out[i] = Σ taps[|k|] · in[i + k · stride] over −r … r, for `width` floats (a multiple of 4). */
// @ts-ignore: decorator
@inline
export function combine(input: usize, strideBytes: usize, out: usize, width: i32, taps: usize, r: i32): void {
  const end = <usize>width << 2;
  const t0 = v128.load32_splat(taps);
  if (r == 1) {
    const t1 = v128.load32_splat(taps, 4);
    for (let i: usize = 0; i < end; i += 16) {
      const p = input + i;
      const s1 = f32x4.add(v128.load(p - strideBytes), v128.load(p + strideBytes));
      v128.store(out + i, f32x4.add(f32x4.mul(t0, v128.load(p)), f32x4.mul(t1, s1)));
    }
    return;
  }
  if (r == 2) {
    const t1 = v128.load32_splat(taps, 4);
    const t2 = v128.load32_splat(taps, 8);
    for (let i: usize = 0; i < end; i += 16) {
      const p = input + i;
      const s1 = f32x4.add(v128.load(p - strideBytes), v128.load(p + strideBytes));
      const s2 = f32x4.add(v128.load(p - 2 * strideBytes), v128.load(p + 2 * strideBytes));
      v128.store(
        out + i,
        f32x4.add(
          f32x4.add(f32x4.mul(t0, v128.load(p)), f32x4.mul(t1, s1)),
          f32x4.mul(t2, s2),
        ),
      );
    }
    return;
  }
  for (let i: usize = 0; i < end; i += 16) {
    const p = input + i;
    let sum = f32x4.mul(t0, v128.load(p));
    for (let k = 1; k <= r; k++) {
      const d = <usize>k * strideBytes;
      const pair = f32x4.add(v128.load(p - d), v128.load(p + d));
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(taps + (<usize>k << 2)), pair));
    }
    v128.store(out + i, sum);
  }
}

/**
 * Gaussian of up to three planes, all axes, zero beyond the edges, in one walk. With a cotangent the planes are a
 * slope of three, and what is smoothed is Dᵀ · (cotangent · slope), D the 3 × 3 at d.
 * taps: the middle one first; radii rx, ry, rz (0 leaves an axis alone).
 * Rows y0 … y1 of every slice are written. scratch: see smoothBySimd.
 */
export function gaussian(
  cotangent: usize, d: usize, s0: usize, s1: usize, s2: usize, t0: usize, t1: usize, t2: usize, planes: i32,
  nx: i32, ny: i32, nz: i32, y0: i32, y1: i32, rx: i32, ry: i32, rz: i32,
  tapsX: usize, tapsY: usize, tapsZ: usize, scratch: usize, blockRows: i32,
): void {
  const width = padded(nx);
  const rowBytes = <usize>width << 2;
  const sliceBytes = <usize>nx * ny << 2;
  const ring = 2 * rz + 1;
  // Layout, a plane after the other: a padded input row, the x-smoothed rows of a block with its neighbours, the ring.
  const margin = <usize>padded(rx) << 2;
  const inputBytes = 2 * margin + rowBytes + 16;
  const inputRow = scratch + margin;
  const rows = scratch + <usize>planes * inputBytes;
  const rowsBytes = <usize>(blockRows + 2 * ry) * rowBytes;
  const slots = rows + <usize>planes * rowsBytes;
  const slotBytes = <usize>blockRows * rowBytes;
  const ringBytes = <usize>ring * slotBytes;
  memory.fill(scratch, 0, <usize>planes * inputBytes);
  for (let block = y0; block < y1; block += blockRows) {
    const blockEnd = min(block + blockRows, y1);
    const height = blockEnd - block;
    // Slices before the first and after the last one are zero.
    memory.fill(slots, 0, <usize>planes * ringBytes);
    let slot = 0;
    for (let z = 0; z < nz + rz; z++) {
      const into = slots + <usize>slot * slotBytes;
      if (z < nz) {
        for (let y = block - ry; y < blockEnd + ry; y++) {
          const isInside = y >= 0 && y < ny;
          const from = <usize>z * sliceBytes + (<usize>y * nx << 2);
          if (isInside && cotangent) {
            chainRow(
              cotangent + from, s0 + from, s1 + from, s2 + from, d,
              inputRow, inputRow + inputBytes, inputRow + 2 * inputBytes, nx,
            );
          } else if (isInside) {
            memory.copy(inputRow, s0 + from, <usize>nx << 2);
            if (planes > 1) memory.copy(inputRow + inputBytes, s1 + from, <usize>nx << 2);
            if (planes > 2) memory.copy(inputRow + 2 * inputBytes, s2 + from, <usize>nx << 2);
          }
          for (let plane = 0; plane < planes; plane++) {
            const out = rows + <usize>plane * rowsBytes + <usize>(y - block + ry) * rowBytes;
            const input = inputRow + <usize>plane * inputBytes;
            if (!isInside) memory.fill(out, 0, rowBytes);
            else if (rx == 0) memory.copy(out, input, rowBytes);
            else combine(input, 4, out, width, tapsX, rx);
            // What lies beyond the row must not reach into the next axis.
            for (let x = nx; x < width; x++) store<f32>(out + (<usize>x << 2), 0);
          }
        }
        for (let plane = 0; plane < planes; plane++) {
          const middle = rows + <usize>plane * rowsBytes + <usize>ry * rowBytes;
          for (let y: usize = 0; y < <usize>height * rowBytes; y += rowBytes) {
            const out = into + <usize>plane * ringBytes + y;
            if (ry == 0) memory.copy(out, middle + y, rowBytes);
            else combine(middle + y, rowBytes, out, width, tapsY, ry);
          }
        }
      } else {
        for (let plane = 0; plane < planes; plane++) memory.fill(into + <usize>plane * ringBytes, 0, slotBytes);
      }
      if (z >= rz) {
        for (let plane = 0; plane < planes; plane++) {
          const target = plane == 0 ? t0 : plane == 1 ? t1 : t2;
          for (let y = 0; y < height; y++) {
            const out = target + <usize>(z - rz) * sliceBytes + (<usize>(block + y) * nx << 2);
            const at = slots + <usize>plane * ringBytes;
            acrossSlices(at, slotBytes, ring, slot, <usize>y * rowBytes, out, nx, tapsZ, rz);
          }
        }
      }
      slot = slot + 1 == ring ? 0 : slot + 1;
    }
  }
}

/** Third axis: the slot `newest` is rz slices ahead of the one that is written. */
// @ts-ignore: decorator
@inline
function acrossSlices(
  slots: usize, slotBytes: usize, ring: i32, newest: i32, offset: usize, out: usize, nx: i32,
  taps: usize, rz: i32,
): void {
  let middle = newest - rz;
  if (middle < 0) middle += ring;
  const m = slots + <usize>middle * slotBytes + offset;
  const whole = nx & ~3;
  const t0 = v128.load32_splat(taps);
  const rowEnd = <usize>whole << 2;
  if (rz == 1 || rz == 2) {
    let a = middle - 1; if (a < 0) a += ring;
    let b = middle + 1; if (b >= ring) b -= ring;
    const pa = slots + <usize>a * slotBytes + offset;
    const pb = slots + <usize>b * slotBytes + offset;
    const t1 = v128.load32_splat(taps, 4);
    if (rz == 1) {
      for (let i: usize = 0; i < rowEnd; i += 16) {
        const s1 = f32x4.add(v128.load(pa + i), v128.load(pb + i));
        v128.store(out + i, f32x4.add(f32x4.mul(t0, v128.load(m + i)), f32x4.mul(t1, s1)));
      }
      for (let i = rowEnd; i < <usize>nx << 2; i += 4) {
        store<f32>(out + i, load<f32>(taps) * load<f32>(m + i) + load<f32>(taps, 4) * (load<f32>(pa + i) + load<f32>(pb + i)));
      }
      return;
    }
    let c = middle - 2; if (c < 0) c += ring;
    let d = middle + 2; if (d >= ring) d -= ring;
    const pc = slots + <usize>c * slotBytes + offset;
    const pd = slots + <usize>d * slotBytes + offset;
    const t2 = v128.load32_splat(taps, 8);
    for (let i: usize = 0; i < rowEnd; i += 16) {
      const s1 = f32x4.add(v128.load(pa + i), v128.load(pb + i));
      const s2 = f32x4.add(v128.load(pc + i), v128.load(pd + i));
      v128.store(out + i, f32x4.add(f32x4.add(f32x4.mul(t0, v128.load(m + i)), f32x4.mul(t1, s1)), f32x4.mul(t2, s2)));
    }
    for (let i = rowEnd; i < <usize>nx << 2; i += 4) {
      store<f32>(out + i, load<f32>(taps) * load<f32>(m + i) + load<f32>(taps, 4) * (load<f32>(pa + i) + load<f32>(pb + i)) + load<f32>(taps, 8) * (load<f32>(pc + i) + load<f32>(pd + i)));
    }
    return;
  }
  for (let i: usize = 0; i < rowEnd; i += 16) {
    let sum = f32x4.mul(t0, v128.load(m + i));
    for (let k = 1; k <= rz; k++) {
      const pair = f32x4.add(v128.load(slotAt(slots, slotBytes, ring, middle - k) + offset + i), v128.load(slotAt(slots, slotBytes, ring, middle + k) + offset + i));
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(taps + (<usize>k << 2)), pair));
    }
    v128.store(out + i, sum);
  }
  for (let i = rowEnd; i < <usize>nx << 2; i += 4) {
    let sum = load<f32>(taps) * load<f32>(m + i);
    for (let k = 1; k <= rz; k++) {
      const pair = load<f32>(slotAt(slots, slotBytes, ring, middle - k) + offset + i) + load<f32>(slotAt(slots, slotBytes, ring, middle + k) + offset + i);
      sum += load<f32>(taps + (<usize>k << 2)) * pair;
    }
    store<f32>(out + i, sum);
  }
}

// @ts-ignore: decorator
@inline
function slotAt(slots: usize, slotBytes: usize, ring: i32, index: i32): usize {
  const at = index < 0 ? index + ring : index >= ring ? index - ring : index;
  return slots + <usize>at * slotBytes;
}
