// The joint histogram with cubic windows, and the cotangent of an image from that of its table. In float64
// throughout, as one voxel's part of a sum is small; two bins of a row at a time.

// Where an intensity lies among the bins: the lower end of the range on bin 1, the upper on the last but one.
// @ts-ignore: decorator
@inline
function placeOf(value: f64, low: f64, scale: f64, span: f64): f64 {
  const c = (value - low) * scale;
  return c > 0 ? (c < span ? c + 1 : span + 1) : 1;
}

/**
 * Adds each voxel to one table per chunk first … end of `chunkLength` voxels, in float64 at `table`: its
 * weights over four bins of the fixed image (rows) times those over four of the warped one, times its weight
 * (0: every voxel counts as 1).
 */
export function histogramPartials(
  fixed: usize, warped: usize, weight: usize, partials: usize,
  fixedLow: f64, fixedScale: f64, warpedLow: f64, warpedScale: f64,
  bins: i32, count: i32, chunkLength: i32, first: i32, end: i32, table: usize,
): void {
  const span = <f64>(bins - 3);
  const last = bins - 3;
  const cells = bins * bins;
  const rowBytes = <usize>bins << 3;
  for (let chunk = first; chunk < end; chunk++) {
    memory.fill(table, 0, <usize>cells << 3);
    const stop = min((chunk + 1) * chunkLength, count);
    for (let at = chunk * chunkLength; at < stop; at++) {
      const i = <usize>at << 2;
      const c = placeOf(<f64>load<f32>(fixed + i), fixedLow, fixedScale, span);
      const a = min(<i32>c, last);
      const f = c - <f64>a;
      const e = placeOf(<f64>load<f32>(warped + i), warpedLow, warpedScale, span);
      const b = min(<i32>e, last);
      const h = e - <f64>b;
      // Both images' weights at once, the fixed one's in the lower half.
      const t = f64x2.replace_lane(f64x2.splat(f), 1, h);
      const g = f64x2.sub(f64x2.splat(1), t);
      const w0 = f64x2.div(f64x2.mul(f64x2.mul(g, g), g), f64x2.splat(6));
      const w3 = f64x2.div(f64x2.mul(f64x2.mul(t, t), t), f64x2.splat(6));
      const w1 = f64x2.add(
        f64x2.sub(f64x2.splat(2.0 / 3), f64x2.mul(t, t)),
        f64x2.mul(f64x2.splat(3), w3),
      );
      const w2 = f64x2.sub(f64x2.sub(f64x2.sub(f64x2.splat(1), w0), w1), w3);
      const ofLower = v128.shuffle<i64>(w0, w1, 1, 3);
      const ofUpper = v128.shuffle<i64>(w2, w3, 1, 3);
      const counted = f64x2.splat(weight ? <f64>load<f32>(weight + i) : 1);
      let p = table + (<usize>((a - 1) * bins + b - 1) << 3);
      addRow(p, f64x2.mul(counted, v128.shuffle<i64>(w0, w0, 0, 0)), ofLower, ofUpper);
      p += rowBytes;
      addRow(p, f64x2.mul(counted, v128.shuffle<i64>(w1, w1, 0, 0)), ofLower, ofUpper);
      p += rowBytes;
      addRow(p, f64x2.mul(counted, v128.shuffle<i64>(w2, w2, 0, 0)), ofLower, ofUpper);
      p += rowBytes;
      addRow(p, f64x2.mul(counted, v128.shuffle<i64>(w3, w3, 0, 0)), ofLower, ofUpper);
    }
    const out = partials + (<usize>(chunk * cells) << 2);
    for (let cell: usize = 0; cell < <usize>cells; cell++) {
      store<f32>(out + (cell << 2), <f32>load<f64>(table + (cell << 3)));
    }
  }
}

// @ts-ignore: decorator
@inline
function addRow(p: usize, by: v128, low: v128, high: v128): void {
  v128.store(p, f64x2.add(v128.load(p), f64x2.mul(by, low)));
  v128.store(p + 16, f64x2.add(v128.load(p + 16), f64x2.mul(by, high)));
}

/**
 * Cotangent of an image, voxels first … end: the slopes of its windows (columns of the table), the other
 * image's windows (rows) and the table's cotangent, in float64 at `table`. Zero beyond the range, where the
 * intensity has no effect.
 */
export function histogramCotangents(
  other: usize, image: usize, weight: usize, imageCotangent: usize,
  otherLow: f64, otherScale: f64, imageLow: f64, imageScale: f64,
  bins: i32, first: i32, end: i32, table: usize,
): void {
  const span = <f64>(bins - 3);
  const last = bins - 3;
  const rowBytes = <usize>bins << 3;
  for (let at = first; at < end; at++) {
    const i = <usize>at << 2;
    const within = (<f64>load<f32>(image + i) - imageLow) * imageScale;
    if (!(within > 0 && within < span)) {
      store<f32>(imageCotangent + i, 0);
      continue;
    }
    const c = within + 1;
    // Just below the end of the range the sum may round up to it.
    const b = min(<i32>c, last);
    const f = c - <f64>b;
    const d3 = 0.5 * f * f;
    const d0 = f - 0.5 - d3;
    const d1 = 3 * d3 - 2 * f;
    const d2 = -d0 - d1 - d3;
    const e = placeOf(<f64>load<f32>(other + i), otherLow, otherScale, span);
    const a = min(<i32>e, last);
    const h = e - <f64>a;
    const g = 1 - h;
    const w0 = (g * g * g) / 6;
    const w3 = (h * h * h) / 6;
    const w1 = 2.0 / 3 - h * h + 3 * w3;
    const w2 = 1 - w0 - w1 - w3;
    let p = table + (<usize>((a - 1) * bins + b - 1) << 3);
    let low = f64x2.mul(f64x2.splat(w0), v128.load(p));
    let high = f64x2.mul(f64x2.splat(w0), v128.load(p, 16));
    p += rowBytes;
    low = f64x2.add(low, f64x2.mul(f64x2.splat(w1), v128.load(p)));
    high = f64x2.add(high, f64x2.mul(f64x2.splat(w1), v128.load(p, 16)));
    p += rowBytes;
    low = f64x2.add(low, f64x2.mul(f64x2.splat(w2), v128.load(p)));
    high = f64x2.add(high, f64x2.mul(f64x2.splat(w2), v128.load(p, 16)));
    p += rowBytes;
    low = f64x2.add(low, f64x2.mul(f64x2.splat(w3), v128.load(p)));
    high = f64x2.add(high, f64x2.mul(f64x2.splat(w3), v128.load(p, 16)));
    low = f64x2.mul(low, f64x2.replace_lane(f64x2.splat(d0), 1, d1));
    high = f64x2.mul(high, f64x2.replace_lane(f64x2.splat(d2), 1, d3));
    const both = f64x2.add(low, high);
    let sum = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
    if (weight) sum *= <f64>load<f32>(weight + i);
    store<f32>(imageCotangent + i, <f32>sum);
  }
}
