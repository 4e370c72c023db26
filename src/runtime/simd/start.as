// The score of a start: how two coarse images' brightness goes together at points of one of them.

/**
 * Adds each point that a map takes into the moving image to a joint histogram, in float64: its row is the point's bin,
 * and its two columns those that the moving brightness, 0 to 1, lies between. Points are x, y, z in float64 from a pivot,
 * `map` is 3×4 by rows, to moving voxels, in float64; bins are bytes. Behind the table come how many
 * points were counted, and how many of these lie on the thing (bytes, 1 or 0).
 */
export function countStart(
  points: usize, pointBins: usize, onThing: usize, count: i32,
  moving: usize, nx: i32, ny: i32, nz: i32, map: usize, bins: i32, table: usize,
): void {
  const stepX: usize = nx == 1 ? 0 : 4;
  const stepY: usize = ny == 1 ? 0 : <usize>nx << 2;
  const stepZ: usize = nz == 1 ? 0 : <usize>(nx * ny) << 2;
  const cells = bins * bins;
  memory.fill(table, 0, <usize>(cells + 2) << 3);
  const m00 = load<f64>(map), m01 = load<f64>(map, 8), m02 = load<f64>(map, 16), m03 = load<f64>(map, 24);
  const m10 = load<f64>(map, 32), m11 = load<f64>(map, 40), m12 = load<f64>(map, 48), m13 = load<f64>(map, 56);
  const m20 = load<f64>(map, 64), m21 = load<f64>(map, 72), m22 = load<f64>(map, 80), m23 = load<f64>(map, 88);
  const lastX = <f64>(nx - 1), lastY = <f64>(ny - 1), lastZ = <f64>(nz - 1);
  const top = <f64>(bins - 1);
  let inside = 0;
  let things = 0;
  for (let n = 0; n < count; n++) {
    const p = points + <usize>n * 24;
    const px = load<f64>(p);
    const py = load<f64>(p, 8);
    const pz = load<f64>(p, 16);
    let x: f64 = nx == 1 ? 0 : m00 * px + m01 * py + m02 * pz + m03;
    let y: f64 = ny == 1 ? 0 : m10 * px + m11 * py + m12 * pz + m13;
    let z: f64 = nz == 1 ? 0 : m20 * px + m21 * py + m22 * pz + m23;
    // Half a block beyond the middles of the outermost ones still is their image.
    if (x < -0.5 || y < -0.5 || z < -0.5) continue;
    if (x > lastX + 0.5 || y > lastY + 0.5 || z > lastZ + 0.5) continue;
    x = x < 0 ? 0 : x > lastX ? lastX : x;
    y = y < 0 ? 0 : y > lastY ? lastY : y;
    z = z < 0 ? 0 : z > lastZ ? lastZ : z;
    const x0 = x < lastX ? <i32>x : max(0, nx - 2);
    const y0 = y < lastY ? <i32>y : max(0, ny - 2);
    const z0 = z < lastZ ? <i32>z : max(0, nz - 2);
    const fx = x - <f64>x0;
    const fy = y - <f64>y0;
    const fz = z - <f64>z0;
    const o = moving + (<usize>(x0 + nx * (y0 + ny * z0)) << 2);
    const a = <f64>load<f32>(o);
    const b = <f64>load<f32>(o + stepX);
    const d = <f64>load<f32>(o + stepY);
    const e = <f64>load<f32>(o + stepX + stepY);
    const f = <f64>load<f32>(o + stepZ);
    const g = <f64>load<f32>(o + stepX + stepZ);
    const h = <f64>load<f32>(o + stepY + stepZ);
    const k = <f64>load<f32>(o + stepX + stepY + stepZ);
    const near = (1 - fy) * (a + fx * (b - a)) + fy * (d + fx * (e - d));
    const far = (1 - fy) * (f + fx * (g - f)) + fy * (h + fx * (k - h));
    const brightness = (near + fz * (far - near)) * top;
    const low = brightness < top ? <i32>brightness : bins - 2;
    const share = brightness - <f64>low;
    const cell = table + (<usize>(<i32>load<u8>(pointBins + <usize>n) * bins + low) << 3);
    store<f64>(cell, load<f64>(cell) + 1 - share);
    store<f64>(cell + 8, load<f64>(cell + 8) + share);
    inside++;
    things += <i32>load<u8>(onThing + <usize>n);
  }
  store<f64>(table + (<usize>cells << 3), <f64>inside);
  store<f64>(table + (<usize>(cells + 1) << 3), <f64>things);
}

/**
 * Spreads what log brightness is left of points without a slope over bins of one width from the lowest on, by cubic
 * B-splines times 6. Four arrays of float64: the points' places along three axes and their logarithms; then room for
 * what is left, and for so many bins.
 * @returns how many bins are filled
 */
export function spreadWithout(
  alongX: usize, alongY: usize, alongZ: usize, logs: usize, count: i32,
  changeX: f64, changeY: f64, changeZ: f64, width: f64, even: usize, bins: usize, room: i32,
): i32 {
  let lowest = f64.POSITIVE_INFINITY;
  let highest = f64.NEGATIVE_INFINITY;
  for (let n = 0; n < count; n++) {
    const i = <usize>n << 3;
    const value =
      load<f64>(logs + i) -
      changeX * load<f64>(alongX + i) -
      changeY * load<f64>(alongY + i) -
      changeZ * load<f64>(alongZ + i);
    store<f64>(even + i, value);
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  const filled = <i32>floor((highest - lowest) / width) + 5;
  if (filled > room) return filled;
  memory.fill(bins, 0, <usize>filled << 3);
  for (let n = 0; n < count; n++) {
    const place = (load<f64>(even + (<usize>n << 3)) - lowest) / width;
    const bin = floor(place);
    const f = place - bin;
    const g = 1 - f;
    const at = bins + (<usize>bin << 3);
    store<f64>(at, load<f64>(at) + g * g * g);
    store<f64>(at, load<f64>(at, 8) + 4 - 3 * f * f * (2 - f), 8);
    store<f64>(at, load<f64>(at, 16) + 4 - 3 * g * g * (2 - g), 16);
    store<f64>(at, load<f64>(at, 24) + f * f * f, 24);
  }
  return filled;
}
