// Four floats at a time, and what is left of them at an end.

/** The first `lanes` of four floats; nothing beyond them is read. */
// @ts-ignore: decorator
@inline
export function loadLanes(p: usize, lanes: i32): v128 {
  if (lanes >= 4) return v128.load(p);
  let value = v128.load32_zero(p);
  if (lanes > 1) value = f32x4.replace_lane(value, 1, load<f32>(p + 4));
  if (lanes > 2) value = f32x4.replace_lane(value, 2, load<f32>(p + 8));
  return value;
}

/** Stores the first `lanes` of four floats. */
// @ts-ignore: decorator
@inline
export function storeLanes(p: usize, value: v128, lanes: i32): void {
  if (lanes >= 4) {
    v128.store(p, value);
    return;
  }
  store<f32>(p, f32x4.extract_lane(value, 0));
  if (lanes > 1) store<f32>(p + 4, f32x4.extract_lane(value, 1));
  if (lanes > 2) store<f32>(p + 8, f32x4.extract_lane(value, 2));
}

/** The lower two of four floats, and the upper two, as float64. */
// @ts-ignore: decorator
@inline
export function lower(four: v128): v128 {
  return f64x2.promote_low_f32x4(four);
}

// @ts-ignore: decorator
@inline
export function upper(four: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i64>(four, four, 1, 1));
}

/** Two and two float64 as four floats. */
// @ts-ignore: decorator
@inline
export function f32Of(low: v128, high: v128): v128 {
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

/** The sum of two float64. */
// @ts-ignore: decorator
@inline
export function both(pair: v128): f64 {
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
}
