// Sums of 2r + 1 neighbours along an axis. A few terms are added one by one. More are added in a number of steps that
// hardly grows with r or does not at all, and each sum still has its own 2r + 1 terms and no others, in an order that
// depends on its place alone: nothing slides, no rounding piles up, and any share of rows gives the same bits.

/** Up to this radius terms are added one by one. */
export const mostDirect: i32 = 3;

// @ts-ignore: decorator
@inline
function add(a: v128, b: v128): v128 {
  return f32x4.add(a, b);
}

/** out = sum of the rows at + k · stride over −r … r, `bytes` long. */
// @ts-ignore: decorator
@inline
function sumRows(at: usize, stride: usize, out: usize, bytes: usize, r: i32): void {
  if (r == 2) {
    for (let i: usize = 0; i < bytes; i += 16) {
      const p = at + i;
      const one = add(v128.load(p - stride), v128.load(p + stride));
      const two = add(v128.load(p - 2 * stride), v128.load(p + 2 * stride));
      v128.store(out + i, add(add(v128.load(p), one), two));
    }
    return;
  }
  for (let i: usize = 0; i < bytes; i += 16) {
    const p = at + i;
    let sum = v128.load(p);
    for (let k = 1; k <= r; k++) {
      const d = <usize>k * stride;
      sum = add(sum, add(v128.load(p - d), v128.load(p + d)));
    }
    v128.store(out + i, sum);
  }
}

// @ts-ignore: decorator
@inline
function addTo(target: usize, other: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(target + i, add(v128.load(target + i), v128.load(other + i)));
  }
}

/** Bytes that a row of `rowBytes` takes with what `sumAlong` needs before and behind it. */
// @ts-ignore: decorator
@inline
export function alongBytes(rowBytes: usize, r: i32): usize {
  return rowBytes + (<usize>(4 * r + 16) << 2);
}

/** Where in these bytes the row begins. */
// @ts-ignore: decorator
@inline
export function alongMargin(r: i32): usize {
  return <usize>((r + 3) & ~3) << 2;
}

/**
 * Zeros where a row of nx floats needs them for `sumAlong`: r before it, and r behind it. A row whose sums were made one by
 * one still has them.
 */
// @ts-ignore: decorator
@inline
export function clearAround(row: usize, nx: i32, r: i32): void {
  if (r <= mostDirect) return;
  memory.fill(row - (<usize>r << 2), 0, <usize>r << 2);
  memory.fill(row + (<usize>nx << 2), 0, <usize>(r + 4) << 2);
}

/**
 * Sums along a row, into `bytes` of out. Beyond `mostDirect` the row is doubled in place, sums of two, four, eight and so on, of which those
 * are added that make up 2r + 1; it is spoilt then.
 */
export function sumAlong(row: usize, out: usize, bytes: usize, r: i32): void {
  if (r <= mostDirect) {
    sumRows(row, 4, out, bytes, r);
    return;
  }
  const length = 2 * r + 1;
  const first = row - (<usize>r << 2);
  memory.copy(out, first, bytes);
  let done: usize = 4;
  for (let power = 2; power <= length; power <<= 1) {
    const half = <usize>power << 1;
    const end = bytes + (<usize>length << 2);
    for (let i: usize = 0; i < end; i += 16) {
      v128.store(first + i, add(v128.load(first + i), v128.load(first + i + half)));
    }
    if (length & power) {
      addTo(out, first + done, bytes);
      done += <usize>power << 2;
    }
  }
}

/**
 * Sums over rows: out's row y is that of rows y … y + 2r, for y < height. Beyond `mostDirect` rows are taken in runs of 2r + 1, which begin
 * where `position` says: a sum is the end of a run and the beginning of the next. The rows are spoilt then.
 * @param prefix one row
 * @param position of the first row in its run
 */
export function sumDown(
  rows: usize, prefix: usize, out: usize, rowBytes: usize, height: i32, r: i32, position: i32,
): void {
  if (r <= mostDirect) {
    for (let y = 0; y < height; y++) {
      sumRows(rows + <usize>(y + r) * rowBytes, rowBytes, out + <usize>y * rowBytes, rowBytes, r);
    }
    return;
  }
  const run = 2 * r + 1;
  let at = position;
  for (let k = 0; k < height + 2 * r; k++) {
    const row = rows + <usize>k * rowBytes;
    const isLast = at == run - 1;
    if (at == 0) memory.copy(prefix, row, rowBytes);
    else addTo(prefix, row, rowBytes);
    if (k >= 2 * r) {
      const to = out + <usize>(k - 2 * r) * rowBytes;
      memory.copy(to, prefix, rowBytes);
      if (!isLast) addTo(to, rows + <usize>(k - 2 * r) * rowBytes, rowBytes);
    }
    if (isLast) {
      for (let j = k - 1; j >= max(0, k - run + 1); j--) {
        addTo(rows + <usize>j * rowBytes, rows + <usize>(j + 1) * rowBytes, rowBytes);
      }
    }
    at = isLast ? 0 : at + 1;
  }
}

/** Takes a slice of a ring into the sum of its run: see `sumDown`, of which a ring is one run. */
export function takeSlice(slots: usize, slotBytes: usize, prefix: usize, slot: i32): void {
  if (slot == 0) memory.copy(prefix, slots, slotBytes);
  else addTo(prefix, slots + <usize>slot * slotBytes, slotBytes);
}

/** Makes of the slices of a whole run the sums from each to its end. */
export function closeRun(slots: usize, slotBytes: usize, ring: i32): void {
  for (let k = ring - 2; k >= 0; k--) {
    addTo(slots + <usize>k * slotBytes, slots + <usize>(k + 1) * slotBytes, slotBytes);
  }
}
