// Local correlation from window means, and its cotangents, voxel by voxel. Variances and covariance are small
// differences of large numbers: they are taken in float64, what follows in float32.

import { both, f32Of, loadLanes, lower, storeLanes, upper } from './lanes';

/** product − a · b of four floats. */
// @ts-ignore: decorator
@inline
function without(product: v128, a: v128, b: v128): v128 {
  return f32Of(
    f64x2.sub(lower(product), f64x2.mul(lower(a), lower(b))),
    f64x2.sub(upper(product), f64x2.mul(upper(a), upper(b))),
  );
}

/** [weight ·] cc of four voxels; divided one by one, as the product of two variances can leave the range. */
// @ts-ignore: decorator
@inline
function correlation(f: v128, ff: v128, w: v128, ww: v128, fw: v128, least: v128): v128 {
  const covariance = without(fw, f, w);
  const ofFixed = f32x4.pmax(without(ff, f, f), least);
  const ofWarped = f32x4.pmax(without(ww, w, w), least);
  return f32x4.mul(f32x4.div(covariance, ofFixed), f32x4.div(covariance, ofWarped));
}

/**
 * Sums of [weight ·] cc = A² / (B·C) over chunks first … end of the volume, `length` voxels each, in float64.
 * weight 0: every voxel counts as 1.
 */
export function lnccPartials(
  meanF: usize, meanFF: usize, meanW: usize, meanWW: usize, meanFW: usize, weight: usize, partials: usize,
  count: i32, length: i32, epsilon: f32, first: i32, end: i32,
): void {
  const least = f32x4.splat(epsilon);
  for (let chunk = first; chunk < end; chunk++) {
    const last = min((chunk + 1) * length, count);
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    for (let at = chunk * length; at < last; at += 4) {
      const i = <usize>at << 2;
      const lanes = last - at;
      // What is missing of four is 0, and so is its correlation.
      let cc = correlation(
        loadLanes(meanF + i, lanes), loadLanes(meanFF + i, lanes), loadLanes(meanW + i, lanes),
        loadLanes(meanWW + i, lanes), loadLanes(meanFW + i, lanes), least,
      );
      if (weight) cc = f32x4.mul(loadLanes(weight + i, lanes), cc);
      low = f64x2.add(low, lower(cc));
      high = f64x2.add(high, upper(cc));
    }
    store<f32>(partials + (<usize>chunk << 2), <f32>both(f64x2.add(low, high)));
  }
}

/**
 * Stores cotangents of four voxels' means of W, W² and F·W: ∂cc/∂A = 2A/(B·C), ∂cc/∂C = −A²/(B·C²), which is 0
 * where C was clamped, times `counted`. Gives their correlations.
 */
// @ts-ignore: decorator
@inline
export function correlate(
  f: v128, ff: v128, w: v128, ww: v128, fw: v128, counted: v128, least: v128,
  ofW: usize, ofWW: usize, ofFW: usize, lanes: i32,
): v128 {
  const covariance = without(fw, f, w);
  const ofFixed = f32x4.pmax(without(ff, f, f), least);
  const raw = without(ww, w, w);
  const ofWarped = f32x4.pmax(raw, least);
  const explained = f32x4.div(covariance, ofWarped);
  const byCovariance = f32x4.mul(f32x4.add(counted, counted), f32x4.div(explained, ofFixed));
  const half = f32x4.mul(f32x4.mul(f32x4.splat(-0.5), byCovariance), explained);
  const byVariance = v128.and(f32x4.ge(raw, least), half);
  const twice = f32x4.mul(f32x4.add(w, w), byVariance);
  storeLanes(ofW, f32x4.sub(f32x4.neg(f32x4.mul(f, byCovariance)), twice), lanes);
  storeLanes(ofWW, byVariance, lanes);
  storeLanes(ofFW, byCovariance, lanes);
  return f32x4.mul(f32x4.div(covariance, ofFixed), explained);
}

/**
 * Cotangents of the means of W, W² and F·W over those means, voxels first … end. scale: the loss's cotangent
 * times −1/N.
 */
export function lnccCotangents(
  meanF: usize, meanFF: usize, meanW: usize, meanWW: usize, meanFW: usize, weight: usize,
  scale: f32, epsilon: f32, first: i32, end: i32,
): void {
  const least = f32x4.splat(epsilon);
  const scales = f32x4.splat(scale);
  for (let at = first; at < end; at += 4) {
    const i = <usize>at << 2;
    const lanes = end - at;
    correlate(
      loadLanes(meanF + i, lanes), loadLanes(meanFF + i, lanes), loadLanes(meanW + i, lanes),
      loadLanes(meanWW + i, lanes), loadLanes(meanFW + i, lanes),
      weight ? f32x4.mul(scales, loadLanes(weight + i, lanes)) : scales, least,
      meanW + i, meanWW + i, meanFW + i, lanes,
    );
  }
}

/** `lnccPartials` and `lnccCotangents` in one walk, of chunks first … end. */
export function lnccPartialsAndCotangents(
  meanF: usize, meanFF: usize, meanW: usize, meanWW: usize, meanFW: usize, weight: usize, partials: usize,
  count: i32, length: i32, scale: f32, epsilon: f32, first: i32, end: i32,
): void {
  const least = f32x4.splat(epsilon);
  const scales = f32x4.splat(scale);
  const one = f32x4.splat(1);
  for (let chunk = first; chunk < end; chunk++) {
    const last = min((chunk + 1) * length, count);
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    for (let at = chunk * length; at < last; at += 4) {
      const i = <usize>at << 2;
      const lanes = last - at;
      const counts = weight ? loadLanes(weight + i, lanes) : one;
      // What is missing of four is 0, and so is its correlation.
      const cc = f32x4.mul(counts, correlate(
        loadLanes(meanF + i, lanes), loadLanes(meanFF + i, lanes), loadLanes(meanW + i, lanes),
        loadLanes(meanWW + i, lanes), loadLanes(meanFW + i, lanes), f32x4.mul(scales, counts), least,
        meanW + i, meanWW + i, meanFW + i, lanes,
      ));
      low = f64x2.add(low, lower(cc));
      high = f64x2.add(high, upper(cc));
    }
    store<f32>(partials + (<usize>chunk << 2), <f32>both(f64x2.add(low, high)));
  }
}
