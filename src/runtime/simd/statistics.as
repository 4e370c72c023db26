// What is known of an image before anything is compared: its lowest value, order statistics, averages over blocks.


/** The lowest of `count` floats into `out`, in float64, and how many have it behind; numbers that are none do not count. */
export function lowest(values: usize, count: i32, out: usize): void {
  const infinite = f32x4.splat(f32.POSITIVE_INFINITY);
  let least = infinite;
  const whole = count & ~3;
  for (let at = 0; at < whole; at += 4) {
    // Of two, `pmin` takes the second only where it is less.
    least = f32x4.pmin(least, v128.load(values + (<usize>at << 2)));
  }
  let low = f32x4.extract_lane(least, 0);
  if (f32x4.extract_lane(least, 1) < low) low = f32x4.extract_lane(least, 1);
  if (f32x4.extract_lane(least, 2) < low) low = f32x4.extract_lane(least, 2);
  if (f32x4.extract_lane(least, 3) < low) low = f32x4.extract_lane(least, 3);
  for (let at = whole; at < count; at++) {
    const value = load<f32>(values + (<usize>at << 2));
    if (value < low) low = value;
  }
  const wanted = f32x4.splat(low);
  let found = i32x4.splat(0);
  for (let at = 0; at < whole; at += 4) {
    found = i32x4.sub(found, f32x4.eq(wanted, v128.load(values + (<usize>at << 2))));
  }
  let times =
    i32x4.extract_lane(found, 0) +
    i32x4.extract_lane(found, 1) +
    i32x4.extract_lane(found, 2) +
    i32x4.extract_lane(found, 3);
  for (let at = whole; at < count; at++) {
    if (load<f32>(values + (<usize>at << 2)) == low) times++;
  }
  store<f64>(out, <f64>low);
  store<f64>(out + 8, <f64>times);
}

/** Lowest values of chunks first … end of `length` floats into `partials`, the highest `chunks` numbers further on. */
export function rangePartials(
  values: usize, partials: usize, count: i32, length: i32, chunks: i32, first: i32, end: i32,
): void {
  for (let chunk = first; chunk < end; chunk++) {
    const begin = chunk * length;
    const stop = min(begin + length, count);
    const whole = begin + ((stop - begin) & ~3);
    let least = f32x4.splat(f32.MAX_VALUE);
    let most = f32x4.splat(-f32.MAX_VALUE);
    for (let at = begin; at < whole; at += 4) {
      const four = v128.load(values + (<usize>at << 2));
      least = f32x4.pmin(least, four);
      most = f32x4.pmax(most, four);
    }
    let low = f32x4.extract_lane(least, 0);
    if (f32x4.extract_lane(least, 1) < low) low = f32x4.extract_lane(least, 1);
    if (f32x4.extract_lane(least, 2) < low) low = f32x4.extract_lane(least, 2);
    if (f32x4.extract_lane(least, 3) < low) low = f32x4.extract_lane(least, 3);
    let high = f32x4.extract_lane(most, 0);
    if (f32x4.extract_lane(most, 1) > high) high = f32x4.extract_lane(most, 1);
    if (f32x4.extract_lane(most, 2) > high) high = f32x4.extract_lane(most, 2);
    if (f32x4.extract_lane(most, 3) > high) high = f32x4.extract_lane(most, 3);
    for (let at = whole; at < stop; at++) {
      const value = load<f32>(values + (<usize>at << 2));
      if (value < low) low = value;
      if (value > high) high = value;
    }
    store<f32>(partials + (<usize>chunk << 2), low);
    store<f32>(partials + (<usize>(chunks + chunk) << 2), high);
  }
}

/** How many floats of chunks first … end of `length` are not finite, into `partials`. */
export function nonFinitePartials(
  values: usize, partials: usize, count: i32, length: i32, first: i32, end: i32,
): void {
  for (let chunk = first; chunk < end; chunk++) {
    const begin = chunk * length;
    const stop = min(begin + length, count);
    const whole = begin + ((stop - begin) & ~3);
    let found = i32x4.splat(0);
    for (let at = begin; at < whole; at += 4) {
      const four = v128.load(values + (<usize>at << 2));
      // x − x is 0 for what is finite, and not a number for the rest.
      found = i32x4.sub(found, f32x4.ne(f32x4.sub(four, four), f32x4.splat(0)));
    }
    let times =
      i32x4.extract_lane(found, 0) +
      i32x4.extract_lane(found, 1) +
      i32x4.extract_lane(found, 2) +
      i32x4.extract_lane(found, 3);
    for (let at = whole; at < stop; at++) {
      const value = load<f32>(values + (<usize>at << 2));
      if (value - value != 0) times++;
    }
    store<f32>(partials + (<usize>chunk << 2), <f32>times);
  }
}

/** Values first … end where `inside` is not 0, else `fill`. */
export function fillOutside(
  values: usize, inside: usize, fill: f32, filled: usize, first: i32, end: i32,
): void {
  const outside = f32x4.splat(fill);
  const zero = f32x4.splat(0);
  let at = first;
  for (; at + 4 <= end; at += 4) {
    const i = <usize>at << 2;
    const isOutside = f32x4.eq(v128.load(inside + i), zero);
    v128.store(filled + i, v128.bitselect(outside, v128.load(values + i), isOutside));
  }
  for (; at < end; at++) {
    const i = <usize>at << 2;
    store<f32>(filled + i, load<f32>(inside + i) == 0 ? fill : load<f32>(values + i));
  }
}

// What orders floats as whole numbers without sign; what is no number comes last.
// @ts-ignore: decorator
@inline
function keyOf(bits: u32): u32 {
  if ((bits & 0x7fffffff) > 0x7f800000) return 0xffffffff;
  return bits >> 31 ? ~bits : bits | 0x80000000;
}

/** Counts `count` floats by the upper half of their keys, in 65536 whole numbers. */
export function countUpperHalves(values: usize, count: i32, counts: usize): void {
  memory.fill(counts, 0, 65536 << 2);
  for (let at = 0; at < count; at++) {
    const cell = counts + (<usize>(keyOf(load<u32>(values + (<usize>at << 2))) >> 16) << 2);
    store<u32>(cell, load<u32>(cell) + 1);
  }
}

/** The same by the lower half of those whose upper half is the given one. */
export function countLowerHalves(values: usize, count: i32, upper: u32, counts: usize): void {
  memory.fill(counts, 0, 65536 << 2);
  for (let at = 0; at < count; at++) {
    const key = keyOf(load<u32>(values + (<usize>at << 2)));
    if (key >> 16 != upper) continue;
    const cell = counts + (<usize>(key & 0xffff) << 2);
    store<u32>(cell, load<u32>(cell) + 1);
  }
}

/**
 * Adds an image's values above `low`, less `low` and `span` at most, to the sums of its blocks, in float64. `blockX` to
 * `blockZ` say in whole numbers to which block of an axis a voxel belongs, of which there are mx · my along x and y.
 */
export function blockSums(
  values: usize, sums: usize, blockX: usize, blockY: usize, blockZ: usize,
  nx: i32, ny: i32, nz: i32, mx: i32, my: i32, low: f64, high: f64,
): void {
  const span = high - low;
  let at = values;
  for (let z = 0; z < nz; z++) {
    const ofSlice = my * load<i32>(blockZ + (<usize>z << 2));
    for (let y = 0; y < ny; y++) {
      const row = mx * (load<i32>(blockY + (<usize>y << 2)) + ofSlice);
      let x = 0;
      while (x < nx) {
        const block = load<i32>(blockX + (<usize>x << 2));
        let sum: f64 = 0;
        while (x < nx && load<i32>(blockX + (<usize>x << 2)) == block) {
          const value = <f64>load<f32>(at);
          if (value > low) sum += value < high ? value - low : span;
          at += 4;
          x++;
        }
        const cell = sums + (<usize>(row + block) << 3);
        store<f64>(cell, load<f64>(cell) + sum);
      }
    }
  }
}
