// Windows over four neighbouring bins around a bin coordinate; `f` is the coordinate's distance from
// the second of them. Codes as in ops/histogram/parzen.ts: 0 cubic B-spline, 1 Gaussian.

const parzen_TWO_AWAY: f32 = 0.00033546262790251185;

// Bins between the ends of a range for one unit of intensity; 0 where the range is empty.
fn parzen_scale(low: f32, high: f32, bins: u32) -> f32 {
  if (!(high > low)) {
    return 0.0;
  }
  return f32(bins - 3u) / (high - low);
}

// Coordinate in bins, from the second to the last but one.
fn parzen_coordinate(intensity: f32, low: f32, scale: f32, bins: u32) -> f32 {
  return 1.0 + clamp((intensity - low) * scale, 0.0, f32(bins - 3u));
}

// The second of the four bins.
fn parzen_bin(coordinate: f32, bins: u32) -> u32 {
  return clamp(u32(coordinate), 1u, bins - 3u);
}

// Gaussian of half a bin at distances −1, 0, 1, 2, before it is lowered and divided by its sum.
fn parzen_gaussian(f: f32) -> vec4<f32> {
  let distance = f - vec4<f32>(-1.0, 0.0, 1.0, 2.0);
  return exp(-2.0 * distance * distance);
}

fn parzen_weights(f: f32, window: u32) -> vec4<f32> {
  if (window == 1u) {
    let lowered = parzen_gaussian(f) - parzen_TWO_AWAY;
    return lowered / dot(lowered, vec4<f32>(1.0));
  }
  let g = 1.0 - f;
  let w0 = g * g * g / 6.0;
  let w3 = f * f * f / 6.0;
  let w1 = 2.0 / 3.0 - f * f + 3.0 * w3;
  return vec4<f32>(w0, w1, 1.0 - w0 - w1 - w3, w3);
}

// Derivatives of the weights by the coordinate.
fn parzen_slopes(f: f32, window: u32) -> vec4<f32> {
  if (window == 1u) {
    let gaussian = parzen_gaussian(f);
    let lowered = gaussian - parzen_TWO_AWAY;
    let slopes = -4.0 * (f - vec4<f32>(-1.0, 0.0, 1.0, 2.0)) * gaussian;
    let sum = dot(lowered, vec4<f32>(1.0));
    // The windows are divided by their sum, which has a slope too.
    return (slopes - dot(slopes, vec4<f32>(1.0)) / sum * lowered) / sum;
  }
  let d3 = 0.5 * f * f;
  let d0 = f - 0.5 - d3;
  let d1 = 3.0 * d3 - 2.0 * f;
  return vec4<f32>(d0, d1, -d0 - d1 - d3, d3);
}
