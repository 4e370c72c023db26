// Blocks of an image found again in another one: both are float32, and sums of a block are in four lanes.

/**
 * Reads a plane at points on a lattice of px × py × pz, NaN beyond its edge: what is read less `mean`, times `scale`.
 * `map` is 3 × 4 by rows in float64, from the lattice to voxels; an axis of one voxel is the same everywhere.
 */
export function readAround(
  source: usize, nx: i32, ny: i32, nz: i32, map: usize, mean: f64, scale: f64,
  target: usize, px: i32, py: i32, pz: i32,
): void {
  const stepX: usize = nx == 1 ? 0 : 4;
  const stepY: usize = ny == 1 ? 0 : <usize>nx << 2;
  const stepZ: usize = nz == 1 ? 0 : <usize>(nx * ny) << 2;
  const lastX = <f64>(nx - 1), lastY = <f64>(ny - 1), lastZ = <f64>(nz - 1);
  const alongX = load<f64>(map), alongY = load<f64>(map, 32), alongZ = load<f64>(map, 64);
  let out = target;
  for (let k = 0; k < pz; k++) {
    for (let j = 0; j < py; j++) {
      const beginX = load<f64>(map, 8) * <f64>j + load<f64>(map, 16) * <f64>k + load<f64>(map, 24);
      const beginY = load<f64>(map, 40) * <f64>j + load<f64>(map, 48) * <f64>k + load<f64>(map, 56);
      const beginZ = load<f64>(map, 72) * <f64>j + load<f64>(map, 80) * <f64>k + load<f64>(map, 88);
      for (let i = 0; i < px; i++, out += 4) {
        let x: f64 = nx == 1 ? 0 : beginX + alongX * <f64>i;
        let y: f64 = ny == 1 ? 0 : beginY + alongY * <f64>i;
        let z: f64 = nz == 1 ? 0 : beginZ + alongZ * <f64>i;
        if (
          x < -0.5 || y < -0.5 || z < -0.5 ||
          x > lastX + 0.5 || y > lastY + 0.5 || z > lastZ + 0.5
        ) {
          store<f32>(out, NaN);
          continue;
        }
        x = x < 0 ? 0 : x > lastX ? lastX : x;
        y = y < 0 ? 0 : y > lastY ? lastY : y;
        z = z < 0 ? 0 : z > lastZ ? lastZ : z;
        const x0 = x < lastX ? <i32>x : max(0, nx - 2);
        const y0 = y < lastY ? <i32>y : max(0, ny - 2);
        const z0 = z < lastZ ? <i32>z : max(0, nz - 2);
        const fx = x - <f64>x0;
        const fy = y - <f64>y0;
        const fz = z - <f64>z0;
        const o = source + (<usize>(x0 + nx * (y0 + ny * z0)) << 2);
        const a = <f64>load<f32>(o);
        const b = <f64>load<f32>(o + stepY);
        const c = <f64>load<f32>(o + stepZ);
        const d = <f64>load<f32>(o + stepY + stepZ);
        const e = a + fx * (<f64>load<f32>(o + stepX) - a);
        const f = b + fx * (<f64>load<f32>(o + stepX + stepY) - b);
        const g = c + fx * (<f64>load<f32>(o + stepX + stepZ) - c);
        const h = d + fx * (<f64>load<f32>(o + stepX + stepY + stepZ) - d);
        const near = e + fy * (f - e);
        store<f32>(out, <f32>((near + fz * (g + fy * (h - g) - near) - mean) * scale));
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function sumOf(lanes: v128): f32 {
  return (
    f32x4.extract_lane(lanes, 0) + f32x4.extract_lane(lanes, 1) +
    (f32x4.extract_lane(lanes, 2) + f32x4.extract_lane(lanes, 3))
  );
}

/**
 * Scores of all shifts of blocks that are four voxels long along x: the size of the correlation with what lies there in
 * `around`, which begins `reach` voxels before the fixed image on each side; −1 where that is flat or not known.
 * `corners` are three integers a block, `scores` as many floats a block as there are shifts, x fastest. A block's own
 * numbers are put into `room`.
 */
export function scoreBlocks(
  fixed: usize, nx: i32, ny: i32, around: usize, px: i32, py: i32, corners: usize, count: i32,
  blockY: i32, blockZ: i32, reachX: i32, reachY: i32, reachZ: i32, leastVariance: f32,
  scores: usize, room: usize,
): void {
  const rows = blockY * blockZ;
  const voxels: i32 = 4 * rows;
  const perVoxel: f32 = 1 / <f32>voxels;
  const stepY = <usize>px << 2;
  const stepZ = <usize>(px * py) << 2;
  let out = scores;
  for (let n = 0; n < count; n++) {
    const corner = corners + <usize>n * 12;
    const x = load<i32>(corner), y = load<i32>(corner, 4), z = load<i32>(corner, 8);
    let total = f32x4.splat(0);
    for (let k = 0, row = room; k < blockZ; k++) {
      for (let j = 0; j < blockY; j++, row += 16) {
        const lanes = v128.load(fixed + (<usize>(x + nx * (y + j + ny * (z + k))) << 2));
        v128.store(row, lanes);
        total = f32x4.add(total, lanes);
      }
    }
    const mean = f32x4.splat(sumOf(total) * perVoxel);
    let squares = f32x4.splat(0);
    for (let r = 0, row = room; r < rows; r++, row += 16) {
      const lanes = f32x4.sub(v128.load(row), mean);
      v128.store(row, lanes);
      squares = f32x4.add(squares, f32x4.mul(lanes, lanes));
    }
    const own = sumOf(squares);
    for (let dz = 0; dz <= 2 * reachZ; dz++) {
      for (let dy = 0; dy <= 2 * reachY; dy++) {
        for (let dx = 0; dx <= 2 * reachX; dx++, out += 4) {
          let plane = around + (<usize>(x + dx + px * (y + dy + py * (z + dz))) << 2);
          let sum = f32x4.splat(0);
          let square = sum;
          let product = sum;
          let row = room;
          for (let k = 0; k < blockZ; k++, plane += stepZ) {
            let at = plane;
            for (let j = 0; j < blockY; j++, row += 16, at += stepY) {
              const other = v128.load(at);
              sum = f32x4.add(sum, other);
              square = f32x4.add(square, f32x4.mul(other, other));
              product = f32x4.add(product, f32x4.mul(other, v128.load(row)));
            }
          }
          const all = sumOf(sum);
          const variance = sumOf(square) - all * all * perVoxel;
          const score = abs(sumOf(product)) / sqrt(own * variance);
          // Not a number where a voxel is not known.
          store<f32>(out, variance * perVoxel > leastVariance ? score : -1);
        }
      }
    }
  }
}
