// What is gathered over fixed chunks of a volume.

import { both, loadLanes, lower, upper } from './lanes';

/** The largest squared norm of three planes' vectors, in chunks first … end of `length` voxels. */
export function largestNorms(
  x: usize, y: usize, z: usize, partials: usize, count: i32, length: i32, first: i32, end: i32,
): void {
  for (let chunk = first; chunk < end; chunk++) {
    const stop = min((chunk + 1) * length, count);
    let largest = f32x4.splat(0);
    for (let at = chunk * length; at < stop; at += 4) {
      const i = <usize>at << 2;
      const lanes = stop - at;
      const u = loadLanes(x + i, lanes);
      const v = loadLanes(y + i, lanes);
      const w = loadLanes(z + i, lanes);
      const squared = f32x4.add(f32x4.add(f32x4.mul(u, u), f32x4.mul(v, v)), f32x4.mul(w, w));
      // What is no number is no largest one: then the first of the two stays.
      largest = f32x4.pmax(largest, squared);
    }
    let most = f32x4.extract_lane(largest, 0);
    if (f32x4.extract_lane(largest, 1) > most) most = f32x4.extract_lane(largest, 1);
    if (f32x4.extract_lane(largest, 2) > most) most = f32x4.extract_lane(largest, 2);
    if (f32x4.extract_lane(largest, 3) > most) most = f32x4.extract_lane(largest, 3);
    store<f32>(partials + (<usize>chunk << 2), most);
  }
}

/** Sums of an image over chunks first … end of `length` voxels. */
export function imageSum(
  image: usize, partials: usize, count: i32, length: i32, first: i32, end: i32,
): void {
  for (let chunk = first; chunk < end; chunk++) {
    const stop = min((chunk + 1) * length, count);
    let sum = f64x2.splat(0);
    for (let at = chunk * length; at < stop; at += 4) {
      const a = loadLanes(image + (<usize>at << 2), stop - at);
      sum = f64x2.add(sum, f64x2.add(lower(a), upper(a)));
    }
    store<f32>(partials + (<usize>chunk << 2), <f32>both(sum));
  }
}

/**
 * Sums of two images over chunks first … end of `length` voxels: of the first into partials, of the second
 * `chunks` numbers further on.
 */
export function imageSums(
  one: usize, other: usize, partials: usize, count: i32, length: i32, chunks: i32, first: i32, end: i32,
): void {
  for (let chunk = first; chunk < end; chunk++) {
    const stop = min((chunk + 1) * length, count);
    let ofOne = f64x2.splat(0);
    let ofOther = ofOne;
    for (let at = chunk * length; at < stop; at += 4) {
      const i = <usize>at << 2;
      const a = loadLanes(one + i, stop - at);
      const b = loadLanes(other + i, stop - at);
      ofOne = f64x2.add(ofOne, f64x2.add(lower(a), upper(a)));
      ofOther = f64x2.add(ofOther, f64x2.add(lower(b), upper(b)));
    }
    const out = partials + (<usize>chunk << 2);
    store<f32>(out, <f32>both(ofOne));
    store<f32>(out + (<usize>chunks << 2), <f32>both(ofOther));
  }
}
