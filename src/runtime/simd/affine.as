// Sums over an image that the gradient by an affine map is made of.

import { both, loadLanes, lower, upper } from './lanes';

// @ts-ignore: decorator
@inline
function add(to: usize, by: f64): void {
  store<f64>(to, load<f64>(to) + by);
}

/** Adds what a piece of a row gives to three sums of slope · world and one of the slope. */
// @ts-ignore: decorator
@inline
function addPiece(sums: usize, world: usize, plain: f64, byX: f64, x: f64, y: f64, z: f64): void {
  add(sums, load<f64>(world) * byX + x * plain);
  add(sums + 8, load<f64>(world, 32) * byX + y * plain);
  add(sums + 16, load<f64>(world, 64) * byX + z * plain);
  add(sums + 24, plain);
}

/**
 * Sums of cotangent · slopeᵢ · yⱼ, y = (x, 1) in mm, over chunks first … end of `length` voxels: twelve numbers
 * a chunk. world: mm from voxels, 12 float64, and behind it room for twelve more. Along a row only the
 * first coordinate changes, so that two sums a slope are enough until its end.
 */
export function affinePartials(
  cotangent: usize, dX: usize, dY: usize, dZ: usize, partials: usize, world: usize,
  nx: i32, ny: i32, total: i32, length: i32, first: i32, end: i32,
): void {
  const sums = world + 96;
  for (let chunk = first; chunk < end; chunk++) {
    memory.fill(sums, 0, 96);
    const stop = min((chunk + 1) * length, total);
    let at = chunk * length;
    while (at < stop) {
      const row = at / nx;
      const rowEnd = min((row + 1) * nx, stop);
      let plainX = f64x2.splat(0);
      let plainY = plainX;
      let plainZ = plainX;
      let byXX = plainX;
      let byXY = plainX;
      let byXZ = plainX;
      for (let x = at - row * nx; at < rowEnd; at += 4, x += 4) {
        const i = <usize>at << 2;
        const lanes = rowEnd - at;
        const x01 = f64x2.add(f64x2.splat(<f64>x), f64x2(0, 1));
        const x23 = f64x2.add(x01, f64x2.splat(2));
        const g = loadLanes(cotangent + i, lanes);
        const g01 = lower(g);
        const g23 = upper(g);
        let slope = loadLanes(dX + i, lanes);
        let low = f64x2.mul(g01, lower(slope));
        let high = f64x2.mul(g23, upper(slope));
        plainX = f64x2.add(plainX, f64x2.add(low, high));
        byXX = f64x2.add(byXX, f64x2.add(f64x2.mul(low, x01), f64x2.mul(high, x23)));
        slope = loadLanes(dY + i, lanes);
        low = f64x2.mul(g01, lower(slope));
        high = f64x2.mul(g23, upper(slope));
        plainY = f64x2.add(plainY, f64x2.add(low, high));
        byXY = f64x2.add(byXY, f64x2.add(f64x2.mul(low, x01), f64x2.mul(high, x23)));
        slope = loadLanes(dZ + i, lanes);
        low = f64x2.mul(g01, lower(slope));
        high = f64x2.mul(g23, upper(slope));
        plainZ = f64x2.add(plainZ, f64x2.add(low, high));
        byXZ = f64x2.add(byXZ, f64x2.add(f64x2.mul(low, x01), f64x2.mul(high, x23)));
      }
      at = rowEnd;
      const y = <f64>(row % ny);
      const z = <f64>(row / ny);
      const wx = load<f64>(world, 8) * y + load<f64>(world, 16) * z + load<f64>(world, 24);
      const wy = load<f64>(world, 40) * y + load<f64>(world, 48) * z + load<f64>(world, 56);
      const wz = load<f64>(world, 72) * y + load<f64>(world, 80) * z + load<f64>(world, 88);
      addPiece(sums, world, both(plainX), both(byXX), wx, wy, wz);
      addPiece(sums + 32, world, both(plainY), both(byXY), wx, wy, wz);
      addPiece(sums + 64, world, both(plainZ), both(byXZ), wx, wy, wz);
    }
    const out = partials + (<usize>(12 * chunk) << 2);
    for (let k: usize = 0; k < 12; k++) store<f32>(out + (k << 2), <f32>load<f64>(sums + (k << 3)));
  }
}
