// Sums over cubic windows, clipped at the border, three quantities in one walk: rows along x, then y,
// kept in rings of slices from which the third axis is added up, all as window-sums.as does it.

import { both, loadLanes, lower, storeLanes, upper } from './lanes';
import { correlate } from './lncc';
import { padded } from './stencil';
import {
  alongBytes, alongMargin, clearAround, closeRun, mostDirect, sumAlong, sumDown, takeSlice,
} from './window-sums';

// @ts-ignore: decorator
@inline
function add(a: v128, b: v128): v128 {
  return f32x4.add(a, b);
}

// @ts-ignore: decorator
@inline
function mul(a: v128, b: v128): v128 {
  return f32x4.mul(a, b);
}

// @ts-ignore: decorator
@inline
function slotAt(slots: usize, slotBytes: usize, ring: i32, index: i32): usize {
  const at = index < 0 ? index + ring : index >= ring ? index - ring : index;
  return slots + <usize>at * slotBytes;
}

/** Sum across the ring's slices at one place of a row; `middle` is the slice that is written. */
// @ts-ignore: decorator
@inline
function across(slots: usize, slotBytes: usize, ring: i32, middle: i32, r: i32, offset: usize): v128 {
  let sum = v128.load(slotAt(slots, slotBytes, ring, middle) + offset);
  for (let k = 1; k <= r; k++) {
    const below = v128.load(slotAt(slots, slotBytes, ring, middle - k) + offset);
    const above = v128.load(slotAt(slots, slotBytes, ring, middle + k) + offset);
    sum = add(sum, add(below, above));
  }
  return sum;
}

/** Sum across slices of a ring that is a run: the end of the run before, where there is one, and the beginning of this. */
// @ts-ignore: decorator
@inline
function ofRun(prefix: usize, before: usize, offset: usize, ringOffset: usize = 0): v128 {
  const sum = v128.load(prefix + offset);
  return before ? add(v128.load(before + ringOffset + offset), sum) : sum;
}

/** Where in its run of 2r + 1 rows the first row lies that a block's sums need. */
// @ts-ignore: decorator
@inline
function runPosition(block: i32, r: i32): i32 {
  const run = 2 * r + 1;
  return (block - r + run) % run;
}

/** The sums along a row of W, W² and F·W over five voxels, in the order in which any radius adds them. */
// @ts-ignore: decorator
@inline
function fiveAlongRow(fRow: usize, wRow: usize, out: usize, rowsBytes: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    const f = fRow + i;
    const w = wRow + i;
    const a = v128.load(w - 8);
    const b = v128.load(w - 4);
    const c = v128.load(w);
    const d = v128.load(w + 4);
    const e = v128.load(w + 8);
    v128.store(out + i, add(add(c, add(b, d)), add(a, e)));
    v128.store(
      out + rowsBytes + i,
      add(add(mul(c, c), add(mul(b, b), mul(d, d))), add(mul(a, a), mul(e, e))),
    );
    const inner = add(mul(v128.load(f - 4), b), mul(v128.load(f + 4), d));
    const outer = add(mul(v128.load(f - 8), a), mul(v128.load(f + 8), e));
    v128.store(out + 2 * rowsBytes + i, add(add(mul(v128.load(f), c), inner), outer));
  }
}

/** As `across` for a radius of 2, whose five slices are found once a slice that is written. */
// @ts-ignore: decorator
@inline
function acrossFive(a: usize, b: usize, c: usize, d: usize, e: usize, at: usize): v128 {
  const inner = add(v128.load(b + at), v128.load(d + at));
  return add(add(v128.load(c + at), inner), add(v128.load(a + at), v128.load(e + at)));
}

/**
 * Window means of W, W² and F·W, of rows y0 … y1. invX, invY, invZ: 1 / number of voxels of an axis in
 * the window of each position; invX is readable to a whole vector. rx, ry, rz: the radius, less where
 * an axis is shorter. Scratch: three rows with margins, one without, three times the rows of a block with
 * neighbours, three rings, three slices.
 *
 * With meanF and meanFF, window means of F and F², the three means are not kept: in their place come the loss's
 * cotangents (see `lnccCotangents`), and the sum of [weight ·] cc of each row into partials.
 */
export function windowMoments(
  fixed: usize, warped: usize, meanW: usize, meanWW: usize, meanFW: usize,
  nx: i32, ny: i32, nz: i32, y0: i32, y1: i32, rx: i32, ry: i32, rz: i32,
  invX: usize, invY: usize, invZ: usize, scratch: usize, blockRows: i32,
  meanF: usize, meanFF: usize, weight: usize, partials: usize, scale: f32, epsilon: f32,
): void {
  const scales = f32x4.splat(scale);
  const least = f32x4.splat(epsilon);
  const one = f32x4.splat(1);
  const width = padded(nx);
  const rowBytes = <usize>width << 2;
  const inputBytes = alongBytes(rowBytes, rx);
  const wRow = scratch + alongMargin(rx);
  const wwRow = wRow + inputBytes;
  const fwRow = wwRow + inputBytes;
  const rowsBytes = <usize>(blockRows + 2 * ry) * rowBytes;
  const prefixRow = scratch + 3 * inputBytes;
  const rows = prefixRow + rowBytes;
  const ring = 2 * rz + 1;
  const slotBytes = <usize>blockRows * rowBytes;
  const ringBytes = <usize>ring * slotBytes;
  const slots = rows + 3 * rowsBytes;
  const prefixes = slots + 3 * ringBytes;
  const isRun = rz > mostDirect;
  const sliceBytes = <usize>nx * ny << 2;
  memory.fill(scratch, 0, 3 * inputBytes);
  for (let block = y0; block < y1; block += blockRows) {
    const blockEnd = min(block + blockRows, y1);
    const height = blockEnd - block;
    memory.fill(slots, 0, 3 * ringBytes);
    let slot = 0;
    for (let z = 0; z < nz + rz; z++) {
      const into = slots + <usize>slot * slotBytes;
      if (z < nz) {
        for (let y = block - ry; y < blockEnd + ry; y++) {
          const out = rows + <usize>(y - block + ry) * rowBytes;
          if (y < 0 || y >= ny) {
            memory.fill(out, 0, rowBytes);
            memory.fill(out + rowsBytes, 0, rowBytes);
            memory.fill(out + 2 * rowsBytes, 0, rowBytes);
            continue;
          }
          const from = <usize>z * sliceBytes + (<usize>y * nx << 2);
          clearAround(wRow, nx, rx);
          clearAround(fwRow, nx, rx);
          memory.copy(wRow, warped + from, <usize>nx << 2);
          memory.copy(fwRow, fixed + from, <usize>nx << 2);
          if (rx == 2) {
            fiveAlongRow(fwRow, wRow, out, rowsBytes, rowBytes);
            continue;
          }
          clearAround(wwRow, nx, rx);
          for (let i: usize = 0; i < rowBytes; i += 16) {
            const w = v128.load(wRow + i);
            v128.store(wwRow + i, mul(w, w));
            v128.store(fwRow + i, mul(v128.load(fwRow + i), w));
          }
          sumAlong(wRow, out, rowBytes, rx);
          sumAlong(wwRow, out + rowsBytes, rowBytes, rx);
          sumAlong(fwRow, out + 2 * rowsBytes, rowBytes, rx);
        }
        const position = runPosition(block, ry);
        for (let k: usize = 0; k < 3; k++) {
          sumDown(rows + k * rowsBytes, prefixRow, into + k * ringBytes, rowBytes, height, ry, position);
        }
      } else {
        memory.fill(into, 0, slotBytes);
        memory.fill(into + ringBytes, 0, slotBytes);
        memory.fill(into + 2 * ringBytes, 0, slotBytes);
      }
      if (isRun) {
        for (let k: usize = 0; k < 3; k++) {
          takeSlice(slots + k * ringBytes, slotBytes, prefixes + k * slotBytes, slot);
        }
      }
      if (z >= rz) {
        const centre = z - rz;
        // The end of the run before begins behind the slice that is the last of this one.
        const before = slot == ring - 1 || z < ring ? 0 : slots + <usize>(slot + 1) * slotBytes;
        const middle = slot - rz < 0 ? slot - rz + ring : slot - rz;
        const isFive = rz == 2;
        const a = slotAt(slots, slotBytes, ring, middle - min(rz, 2));
        const b = slotAt(slots, slotBytes, ring, middle - min(rz, 1));
        const c = slotAt(slots, slotBytes, ring, middle);
        const d = slotAt(slots, slotBytes, ring, middle + min(rz, 1));
        const e = slotAt(slots, slotBytes, ring, middle + min(rz, 2));
        for (let y = 0; y < height; y++) {
          const to = <usize>centre * sliceBytes + (<usize>(block + y) * nx << 2);
          const inverse = f32x4.splat(
            load<f32>(invY + (<usize>(block + y) << 2)) * load<f32>(invZ + (<usize>centre << 2)),
          );
          const row = <usize>y * rowBytes;
          let low = f64x2.splat(0);
          let high = low;
          for (let x = 0; x < nx; x += 4) {
            const i = <usize>x << 2;
            const share = mul(inverse, v128.load(invX + i));
            let ofW: v128, ofWW: v128, ofFW: v128;
            if (isFive) {
              ofW = acrossFive(a, b, c, d, e, row + i);
              ofWW = acrossFive(a, b, c, d, e, row + i + ringBytes);
              ofFW = acrossFive(a, b, c, d, e, row + i + 2 * ringBytes);
            } else if (isRun) {
              ofW = ofRun(prefixes, before, row + i);
              ofWW = ofRun(prefixes + slotBytes, before, row + i, ringBytes);
              ofFW = ofRun(prefixes + 2 * slotBytes, before, row + i, 2 * ringBytes);
            } else {
              ofW = across(slots, slotBytes, ring, middle, rz, row + i);
              ofWW = across(slots + ringBytes, slotBytes, ring, middle, rz, row + i);
              ofFW = across(slots + 2 * ringBytes, slotBytes, ring, middle, rz, row + i);
            }
            const lanes = nx - x;
            const at = to + i;
            ofW = mul(share, ofW);
            ofWW = mul(share, ofWW);
            ofFW = mul(share, ofFW);
            if (!meanF) {
              storeLanes(meanW + at, ofW, lanes);
              storeLanes(meanWW + at, ofWW, lanes);
              storeLanes(meanFW + at, ofFW, lanes);
              continue;
            }
            const counts = weight ? loadLanes(weight + at, lanes) : one;
            let cc = mul(counts, correlate(
              loadLanes(meanF + at, lanes), loadLanes(meanFF + at, lanes), ofW, ofWW, ofFW, mul(scales, counts),
              least, meanW + at, meanWW + at, meanFW + at, lanes,
            ));
            // Windows reach in from beyond a row's end.
            if (lanes < 4) cc = v128.and(cc, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(lanes)));
            low = f64x2.add(low, lower(cc));
            high = f64x2.add(high, upper(cc));
          }
          if (meanF) {
            store<f32>(partials + (<usize>(centre * ny + block + y) << 2), <f32>both(f64x2.add(low, high)));
          }
        }
      }
      if (isRun && slot == ring - 1) {
        for (let k: usize = 0; k < 3; k++) closeRun(slots + k * ringBytes, slotBytes, ring);
      }
      slot = slot + 1 == ring ? 0 : slot + 1;
    }
  }
}

/** A row of a cotangent, each voxel divided by the number of voxels in its window, summed along x. */
// @ts-ignore: decorator
@inline
function dividedRow(
  from: usize, input: usize, out: usize, nx: i32, rowBytes: usize, r: i32, invX: usize, inverse: v128,
): void {
  clearAround(input, nx, r);
  memory.copy(input, from, <usize>nx << 2);
  for (let i: usize = 0; i < rowBytes; i += 16) {
    v128.store(input + i, mul(v128.load(input + i), mul(inverse, v128.load(invX + i))));
  }
  for (let x = nx; x < padded(nx); x++) store<f32>(input + (<usize>x << 2), 0);
  sumAlong(input, out, rowBytes, r);
}

/**
 * Cotangent of W from those of its window means, of rows y0 … y1:
 * box(m / n) + 2 · W · box(s / n) + F · box(p / n). As `windowMoments` otherwise.
 */
export function windowMomentsAdjoint(
  fixed: usize, warped: usize, m: usize, s: usize, p: usize, total: usize,
  nx: i32, ny: i32, nz: i32, y0: i32, y1: i32, rx: i32, ry: i32, rz: i32,
  invX: usize, invY: usize, invZ: usize, scratch: usize, blockRows: i32,
): void {
  const width = padded(nx);
  const rowBytes = <usize>width << 2;
  const inputBytes = alongBytes(rowBytes, rx);
  const input = scratch + alongMargin(rx);
  const rowsBytes = <usize>(blockRows + 2 * ry) * rowBytes;
  const prefixRow = scratch + 3 * inputBytes;
  const rows = prefixRow + rowBytes;
  const ring = 2 * rz + 1;
  const slotBytes = <usize>blockRows * rowBytes;
  const ringBytes = <usize>ring * slotBytes;
  const slots = rows + 3 * rowsBytes;
  const prefixes = slots + 3 * ringBytes;
  const isRun = rz > mostDirect;
  const sliceBytes = <usize>nx * ny << 2;
  const two = f32x4.splat(2);
  memory.fill(scratch, 0, inputBytes);
  for (let block = y0; block < y1; block += blockRows) {
    const blockEnd = min(block + blockRows, y1);
    const height = blockEnd - block;
    memory.fill(slots, 0, 3 * ringBytes);
    let slot = 0;
    for (let z = 0; z < nz + rz; z++) {
      const into = slots + <usize>slot * slotBytes;
      if (z < nz) {
        for (let y = block - ry; y < blockEnd + ry; y++) {
          const out = rows + <usize>(y - block + ry) * rowBytes;
          if (y < 0 || y >= ny) {
            memory.fill(out, 0, rowBytes);
            memory.fill(out + rowsBytes, 0, rowBytes);
            memory.fill(out + 2 * rowsBytes, 0, rowBytes);
            continue;
          }
          const from = <usize>z * sliceBytes + (<usize>y * nx << 2);
          const inverse = f32x4.splat(load<f32>(invY + (<usize>y << 2)) * load<f32>(invZ + (<usize>z << 2)));
          dividedRow(m + from, input, out, nx, rowBytes, rx, invX, inverse);
          dividedRow(s + from, input, out + rowsBytes, nx, rowBytes, rx, invX, inverse);
          dividedRow(p + from, input, out + 2 * rowsBytes, nx, rowBytes, rx, invX, inverse);
        }
        const position = runPosition(block, ry);
        for (let k: usize = 0; k < 3; k++) {
          sumDown(rows + k * rowsBytes, prefixRow, into + k * ringBytes, rowBytes, height, ry, position);
        }
      } else {
        memory.fill(into, 0, slotBytes);
        memory.fill(into + ringBytes, 0, slotBytes);
        memory.fill(into + 2 * ringBytes, 0, slotBytes);
      }
      if (isRun) {
        for (let k: usize = 0; k < 3; k++) {
          takeSlice(slots + k * ringBytes, slotBytes, prefixes + k * slotBytes, slot);
        }
      }
      if (z >= rz) {
        const centre = z - rz;
        // The end of the run before begins behind the slice that is the last of this one.
        const before = slot == ring - 1 || z < ring ? 0 : slots + <usize>(slot + 1) * slotBytes;
        const middle = slot - rz < 0 ? slot - rz + ring : slot - rz;
        const isFive = rz == 2;
        const a = slotAt(slots, slotBytes, ring, middle - min(rz, 2));
        const b = slotAt(slots, slotBytes, ring, middle - min(rz, 1));
        const c = slotAt(slots, slotBytes, ring, middle);
        const d = slotAt(slots, slotBytes, ring, middle + min(rz, 1));
        const e = slotAt(slots, slotBytes, ring, middle + min(rz, 2));
        for (let y = 0; y < height; y++) {
          const at = <usize>centre * sliceBytes + (<usize>(block + y) * nx << 2);
          const row = <usize>y * rowBytes;
          for (let x = 0; x < nx; x += 4) {
            const i = <usize>x << 2;
            let sumM: v128, sumS: v128, sumP: v128;
            if (isFive) {
              sumM = acrossFive(a, b, c, d, e, row + i);
              sumS = acrossFive(a, b, c, d, e, row + i + ringBytes);
              sumP = acrossFive(a, b, c, d, e, row + i + 2 * ringBytes);
            } else if (isRun) {
              sumM = ofRun(prefixes, before, row + i);
              sumS = ofRun(prefixes + slotBytes, before, row + i, ringBytes);
              sumP = ofRun(prefixes + 2 * slotBytes, before, row + i, 2 * ringBytes);
            } else {
              sumM = across(slots, slotBytes, ring, middle, rz, row + i);
              sumS = across(slots + ringBytes, slotBytes, ring, middle, rz, row + i);
              sumP = across(slots + 2 * ringBytes, slotBytes, ring, middle, rz, row + i);
            }
            const lanes = nx - x;
            const f = loadLanes(fixed + at + i, lanes);
            const w = loadLanes(warped + at + i, lanes);
            storeLanes(total + at + i, add(add(sumM, mul(mul(two, w), sumS)), mul(f, sumP)), lanes);
          }
        }
      }
      if (isRun && slot == ring - 1) {
        for (let k: usize = 0; k < 3; k++) closeRun(slots + k * ringBytes, slotBytes, ring);
      }
      slot = slot + 1 == ring ? 0 : slot + 1;
    }
  }
}
