// Transpose of trilinear sampling. Points are reckoned in float64, and each sum as its voxel is, in one order: the bits are
// those of plain loops, for any share of the source.

const cut: i32 = 2;

// @ts-ignore: decorator
@inline
function addTo(at: usize, weight: f64): void {
  store<f32>(at, <f32>(<f64>load<f32>(at) + weight));
}

/**
 * Adds to a voxel and to the next one along x. One by one: the next point often adds to the second of them, and a processor
 * that loads two numbers waits for what was stored across them.
 */
// @ts-ignore: decorator
@inline
function addPair(at: usize, weight: f64, gx: f64, fx: f64): void {
  addTo(at, weight * gx);
  addTo(at + 4, weight * fx);
}

/**
 * Adds the cotangents of target voxels to the source voxels that their samples came from, slabs begin … end of the
 * source: slices, or rows of a source of one slice. `map` is sourceVoxel = M · voxel + D · displacement, M 3 × 4 and D
 * 3 × 3 by rows in float64; dX = 0 where nothing is displaced. `rows` has the slabs that each row of the target touches.
 */
export function splat(
  cotangent: usize, dX: usize, dY: usize, dZ: usize, value: usize, rows: usize,
  map: usize, nx: i32, ny: i32, nz: i32, sx: i32, sy: i32, sz: i32, outside: i32, begin: i32, end: i32,
): void {
  const bySlice = sz > 1;
  const plane: usize = <usize>(bySlice ? sx * sy : sx) << 2;
  memory.fill(value + <usize>begin * plane, 0, <usize>(end - begin) * plane);
  const m00 = load<f64>(map), m01 = load<f64>(map, 8), m02 = load<f64>(map, 16), m03 = load<f64>(map, 24);
  const m10 = load<f64>(map, 32), m11 = load<f64>(map, 40), m12 = load<f64>(map, 48), m13 = load<f64>(map, 56);
  const m20 = load<f64>(map, 64), m21 = load<f64>(map, 72), m22 = load<f64>(map, 80), m23 = load<f64>(map, 88);
  const d00 = load<f64>(map, 96), d01 = load<f64>(map, 104), d02 = load<f64>(map, 112);
  const d10 = load<f64>(map, 120), d11 = load<f64>(map, 128), d12 = load<f64>(map, 136);
  const d20 = load<f64>(map, 144), d21 = load<f64>(map, 152), d22 = load<f64>(map, 160);
  const lastX = <f64>(sx - 1), lastY = <f64>(sy - 1), lastZ = <f64>(sz - 1);
  const firstSlab = <f64>(begin - 1), endSlab = <f64>end;
  const stepY: usize = <usize>sx << 2;
  const stepZ: usize = <usize>(sx * sy) << 2;
  for (let row = 0; row < ny * nz; row++) {
    const touched = rows + (<usize>row << 3);
    if (<f64>load<f32>(touched) >= endSlab || <f64>load<f32>(touched, 4) < firstSlab) continue;
    const y = <f64>(row % ny);
    const z = <f64>(row / ny);
    const rowX = m01 * y + m02 * z + m03;
    const rowY = m11 * y + m12 * z + m13;
    const rowZ = m21 * y + m22 * z + m23;
    let i: usize = <usize>(row * nx) << 2;
    for (let x = 0; x < nx; x++, i += 4) {
      let ux: f64 = 0, uy: f64 = 0, uz: f64 = 0;
      if (dX != 0) {
        ux = <f64>load<f32>(dX + i);
        uy = <f64>load<f32>(dY + i);
        uz = <f64>load<f32>(dZ + i);
      }
      const at = <f64>x;
      let qx: f64 = sx == 1 ? 0 : rowX + m00 * at + d00 * ux + d01 * uy + d02 * uz;
      let qy: f64 = sy == 1 ? 0 : rowY + m10 * at + d10 * ux + d11 * uy + d12 * uz;
      let qz: f64 = sz == 1 ? 0 : rowZ + m20 * at + d20 * ux + d21 * uy + d22 * uz;
      if (outside != 0) {
        if (
          outside == cut && (
            qx < -0.5 || qy < -0.5 || qz < -0.5 ||
            qx > lastX + 0.5 || qy > lastY + 0.5 || qz > lastZ + 0.5
          )
        ) continue;
        qx = qx < 0 ? 0 : qx > lastX ? lastX : qx;
        qy = qy < 0 ? 0 : qy > lastY ? lastY : qy;
        qz = qz < 0 ? 0 : qz > lastZ ? lastZ : qz;
      }
      const along = bySlice ? qz : qy;
      if (!(along >= firstSlab && along < endSlab)) continue;
      // Beyond all voxels, or no number: nothing is there to add to, and no integer for it.
      if (!(qx > -1 && qy > -1 && qz > -1 && qx < lastX + 1 && qy < lastY + 1 && qz < lastZ + 1)) continue;
      const x0 = <i32>floor(qx), y0 = <i32>floor(qy), z0 = <i32>floor(qz);
      const fx = qx - <f64>x0, fy = qy - <f64>y0, fz = qz - <f64>z0;
      const g = <f64>load<f32>(cotangent + i);
      const first = bySlice ? z0 : y0;
      if (
        x0 >= 0 && y0 >= 0 && z0 >= 0 && x0 < sx - 1 && y0 < sy - 1 && z0 < sz - 1 &&
        first >= begin && first < end - 1 && fx > 0 && fy > 0 && fz > 0
      ) {
        const gx = 1 - fx;
        const corner = value + (<usize>(x0 + sx * (y0 + sy * z0)) << 2);
        addPair(corner, g * ((1 - fy) * (1 - fz)), gx, fx);
        addPair(corner + stepY, g * (fy * (1 - fz)), gx, fx);
        addPair(corner + stepZ, g * ((1 - fy) * fz), gx, fx);
        addPair(corner + stepY + stepZ, g * (fy * fz), gx, fx);
        continue;
      }
      for (let cz = 0; cz < 2; cz++) {
        const zi = z0 + cz;
        const wz = cz ? fz : 1 - fz;
        if (zi < 0 || zi >= sz || wz == 0) continue;
        if (bySlice && (zi < begin || zi >= end)) continue;
        for (let cy = 0; cy < 2; cy++) {
          const yi = y0 + cy;
          const wyz = (cy ? fy : 1 - fy) * wz;
          if (yi < 0 || yi >= sy || wyz == 0) continue;
          if (!bySlice && (yi < begin || yi >= end)) continue;
          const o = value + (<usize>(sx * (yi + sy * zi)) << 2);
          if (x0 >= 0) addTo(o + (<usize>x0 << 2), g * wyz * (1 - fx));
          if (x0 + 1 < sx && fx > 0) addTo(o + (<usize>(x0 + 1) << 2), g * wyz * fx);
        }
      }
    }
  }
}
