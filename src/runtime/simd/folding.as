// How much of the simplices about each voxel is turned inside out.

/**
 * For slices begin … end of a volume: the share of a voxel's volume that is turned inside out, the voxels that have any of it, the
 * voxels that were asked; quantity after quantity, one number a slice. The outermost voxels are not asked. Two voxels at a time in
 * float64, in the order of the plain loop, so that both give the same bits.
 * table: a neighbour's offset (voxels) and its edge (three), `neighbours` times; then for each of `simplices` the places of
 * its three neighbours and its share in the volume of a voxel; then the upper three rows of voxel from world without
 * their shift. All float64. scratch: 48 bytes for each neighbour.
 */
export function nonDiffeomorphicSlices(
  u: usize, v: usize, w: usize, partials: usize, nx: i32, ny: i32, nz: i32, begin: i32, end: i32,
  table: usize, neighbours: i32, simplices: i32, scratch: usize,
): void {
  const simplexTable = table + (<usize>neighbours << 5);
  const matrix = simplexTable + (<usize>simplices << 5);
  const s0 = v128.load64_splat(matrix);
  const s1 = v128.load64_splat(matrix, 8);
  const s2 = v128.load64_splat(matrix, 16);
  const s3 = v128.load64_splat(matrix, 24);
  const s4 = v128.load64_splat(matrix, 32);
  const s5 = v128.load64_splat(matrix, 40);
  const s6 = v128.load64_splat(matrix, 48);
  const s7 = v128.load64_splat(matrix, 56);
  const s8 = v128.load64_splat(matrix, 64);
  const zero = f64x2.splat(0);
  for (let z = begin; z < end; z++) {
    let volume: f64 = 0;
    let voxels = 0;
    let asked = 0;
    const isInside = z > 0 && z < nz - 1;
    for (let y = 1; isInside && y < ny - 1; y++) {
      for (let x = 1; x < nx - 1; x += 2) {
        const i = <usize>(x + nx * (y + ny * z)) << 2;
        const ui = at(u + i);
        const vi = at(v + i);
        const wi = at(w + i);
        let row = table;
        let m = scratch;
        for (let k = 0; k < neighbours; k++) {
          const j = i + (<usize>(<i32>load<f64>(row)) << 2);
          const du = f64x2.sub(at(u + j), ui);
          const dv = f64x2.sub(at(v + j), vi);
          const dw = f64x2.sub(at(w + j), wi);
          v128.store(m, edge(v128.load64_splat(row, 8), s0, s1, s2, du, dv, dw));
          v128.store(m, edge(v128.load64_splat(row, 16), s3, s4, s5, du, dv, dw), 16);
          v128.store(m, edge(v128.load64_splat(row, 24), s6, s7, s8, du, dv, dw), 32);
          row += 32;
          m += 48;
        }
        let folded = zero;
        for (let k = 0; k < simplices; k++) {
          const a = scratch + <usize>(<i32>load<f64>(row));
          const b = scratch + <usize>(<i32>load<f64>(row, 8));
          const c = scratch + <usize>(<i32>load<f64>(row, 16));
          const part = f64x2.mul(v128.load64_splat(row, 24), determinant(a, b, c));
          folded = f64x2.sub(folded, f64x2.min(part, zero));
          row += 32;
        }
        const first = f64x2.extract_lane(folded, 0);
        volume += first;
        asked += 1;
        if (first > 0) voxels += 1;
        if (x + 1 < nx - 1) {
          const second = f64x2.extract_lane(folded, 1);
          volume += second;
          asked += 1;
          if (second > 0) voxels += 1;
        }
      }
    }
    store<f32>(partials + (<usize>z << 2), <f32>volume);
    store<f32>(partials + (<usize>(nz + z) << 2), <f32>voxels);
    store<f32>(partials + (<usize>(2 * nz + z) << 2), <f32>asked);
  }
}

/** Two voxels in float64. */
// @ts-ignore: decorator
@inline
function at(p: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(p));
}

// @ts-ignore: decorator
@inline
function edge(step: v128, a: v128, b: v128, c: v128, du: v128, dv: v128, dw: v128): v128 {
  return f64x2.add(f64x2.add(f64x2.add(step, f64x2.mul(a, du)), f64x2.mul(b, dv)), f64x2.mul(c, dw));
}

/** Of the edges at three addresses. */
// @ts-ignore: decorator
@inline
function determinant(a: usize, b: usize, c: usize): v128 {
  const b0 = v128.load(b);
  const b1 = v128.load(b, 16);
  const b2 = v128.load(b, 32);
  const c0 = v128.load(c);
  const c1 = v128.load(c, 16);
  const c2 = v128.load(c, 32);
  const first = f64x2.mul(v128.load(a), f64x2.sub(f64x2.mul(b1, c2), f64x2.mul(b2, c1)));
  const second = f64x2.mul(v128.load(a, 16), f64x2.sub(f64x2.mul(b0, c2), f64x2.mul(b2, c0)));
  const third = f64x2.mul(v128.load(a, 32), f64x2.sub(f64x2.mul(b0, c1), f64x2.mul(b1, c0)));
  return f64x2.add(f64x2.sub(first, second), third);
}
