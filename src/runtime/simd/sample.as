// What is read at points that lie between voxels, four target voxels at a time. Points are reckoned in
// float64, as far from the corner of a volume a float32 leaves only five digits to its fraction; what
// is read there, in float32. Each voxel depends on itself alone, so any share of rows gives the same bits.
//
// Grids have at least four voxels in a target's row and two in a source's. A row's last voxels are done
// together with those before them, once more.
//
// map: a point in source voxels as M · (x, y, z, 1) + D · (displacement in mm), M 3 × 4 in float64, then
// D 3 × 3 in float32, which is what displacements are in. outside: 0 zero, 1 edge, 2 cut, as in
// ops/sample/trilinear.cpu.ts.

import { f32Of, loadLanes, lower, storeLanes, upper } from './lanes';

/** Whole numbers between −2³¹ and 2³¹ in float64 as integers: the lowest bits of the sum with 1.5 · 2⁵². */
// @ts-ignore: decorator
@inline
function i32Of(low: v128, high: v128): v128 {
  const magic = f64x2.splat(6755399441055744);
  return v128.shuffle<i32>(f64x2.add(low, magic), f64x2.add(high, magic), 0, 2, 4, 6);
}

/** Masks of two and two float64 as one of four floats. */
// @ts-ignore: decorator
@inline
function maskOf(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(low, high, 0, 2, 4, 6);
}

/** How far displacements in mm move four points along one axis of the source, in voxels. */
// @ts-ignore: decorator
@inline
function moved(map: usize, axis: i32, u: v128, v: v128, w: v128): v128 {
  const d = map + 96 + <usize>(12 * axis);
  return f32x4.add(
    f32x4.add(f32x4.mul(v128.load32_splat(d), u), f32x4.mul(v128.load32_splat(d, 4), v)),
    f32x4.mul(v128.load32_splat(d, 8), w),
  );
}

/** Coordinate of two points along one axis; `begin` is the part that does not change along a row. */
// @ts-ignore: decorator
@inline
function along(map: usize, axis: i32, begin: v128, x: v128, moved: v128): v128 {
  return f64x2.add(
    f64x2.add(begin, f64x2.mul(v128.load64_splat(map + (<usize>(4 * axis) << 3)), x)),
    moved,
  );
}

/** The part of a row of the map that a row of voxels has in common. */
// @ts-ignore: decorator
@inline
function rowBegin(map: usize, axis: i32, y: i32, z: i32): v128 {
  const at = map + (<usize>(4 * axis) << 3);
  return f64x2.splat(load<f64>(at, 8) * <f64>y + load<f64>(at, 16) * <f64>z + load<f64>(at, 24));
}

// @ts-ignore: decorator
@inline
function clamped(q: v128, least: v128, most: v128): v128 {
  // Unlike `min` and `max` these are one instruction; what is no number stays so as the first of two.
  return f64x2.pmin(f64x2.pmax(q, least), most);
}

// @ts-ignore: decorator
@inline
function within(q: v128, end: v128): v128 {
  return v128.and(f64x2.ge(q, f64x2.splat(0)), f64x2.lt(q, end));
}

// @ts-ignore: decorator
@inline
function beyondHalf(q: v128, last: v128): v128 {
  const half = f64x2.splat(0.5);
  return v128.or(f64x2.lt(q, f64x2.neg(half)), f64x2.gt(q, f64x2.add(last, half)));
}

// @ts-ignore: decorator
@inline
function mix(a: v128, b: v128, t: v128): v128 {
  return f32x4.add(a, f32x4.mul(t, f32x4.sub(b, a)));
}

/** Two neighbours of each of two points: low, high, low, high. */
// @ts-ignore: decorator
@inline
function pairs(p: usize, q: usize): v128 {
  return v128.load64_lane(q, v128.load64_zero(p), 1);
}

// @ts-ignore: decorator
@inline
function lows(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 0, 2, 4, 6);
}

// @ts-ignore: decorator
@inline
function highs(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 1, 3, 5, 7);
}

/** Weight of the lower of the two voxels that are read, `d` voxels below the one the point is above. */
// @ts-ignore: decorator
@inline
function lowWeight(f: v128, d: v128): v128 {
  const one = f32x4.splat(1);
  return v128.or(
    v128.and(i32x4.eq(d, i32x4.splat(0)), f32x4.sub(one, f)),
    v128.and(i32x4.eq(d, i32x4.splat(-1)), f),
  );
}

// @ts-ignore: decorator
@inline
function highWeight(f: v128, d: v128): v128 {
  const one = f32x4.splat(1);
  return v128.or(
    v128.and(i32x4.eq(d, i32x4.splat(0)), f),
    v128.and(i32x4.eq(d, i32x4.splat(1)), f32x4.sub(one, f)),
  );
}

/** Derivatives of these weights. */
// @ts-ignore: decorator
@inline
function lowSlope(d: v128): v128 {
  const one = f32x4.splat(1);
  return v128.or(
    v128.and(i32x4.eq(d, i32x4.splat(0)), f32x4.neg(one)),
    v128.and(i32x4.eq(d, i32x4.splat(-1)), one),
  );
}

// @ts-ignore: decorator
@inline
function highSlope(d: v128): v128 {
  const one = f32x4.splat(1);
  return v128.or(
    v128.and(i32x4.eq(d, i32x4.splat(0)), one),
    v128.and(i32x4.eq(d, i32x4.splat(1)), f32x4.neg(one)),
  );
}

// @ts-ignore: decorator
@inline
function weighed(low: v128, high: v128, a: v128, b: v128): v128 {
  return f32x4.add(f32x4.mul(low, a), f32x4.mul(high, b));
}

/** Share of the neighbours along an axis that exists, for two points. */
// @ts-ignore: decorator
@inline
function shareInside(q: v128, length: i32, outside: i32): v128 {
  const one = f64x2.splat(1);
  if (length == 1) return one;
  if (outside == 2) return v128.andnot(one, beyondHalf(q, f64x2.splat(<f64>(length - 1))));
  const least = f64x2.pmin(f64x2.add(q, one), f64x2.sub(f64x2.splat(<f64>length), q));
  return f64x2.pmax(f64x2.pmin(least, one), f64x2.splat(0));
}

/** How far four points lie inside a source, two and two of each coordinate. */
// @ts-ignore: decorator
@inline
function weightInside(
  qx0: v128, qx1: v128, qy0: v128, qy1: v128, qz0: v128, qz1: v128, sx: i32, sy: i32, sz: i32, outside: i32,
): v128 {
  return f32Of(
    f64x2.mul(
      f64x2.mul(shareInside(qx0, sx, outside), shareInside(qy0, sy, outside)),
      shareInside(qz0, sz, outside),
    ),
    f64x2.mul(
      f64x2.mul(shareInside(qx1, sx, outside), shareInside(qy1, sy, outside)),
      shareInside(qz1, sz, outside),
    ),
  );
}

/**
 * Trilinear value of a plane, its derivative per source voxel, and the weight that `insideWeight` gives with
 * weightOutside, for rows begin … end of the target; each may be absent (0), the derivative as a whole.
 */
export function sampleLinear(
  source: usize, u: usize, v: usize, w: usize, value: usize, dX: usize, dY: usize, dZ: usize, weight: usize,
  map: usize, nx: i32, ny: i32, sx: i32, sy: i32, sz: i32, outside: i32, weightOutside: i32, begin: i32, end: i32,
): void {
  const displaced = u != 0;
  const rowStride: usize = sy == 1 ? 0 : <usize>sx << 2;
  const planeStride: usize = sz == 1 ? 0 : <usize>(sx * sy) << 2;
  const bothStrides = rowStride + planeStride;
  // The interior is where both corners of every axis exist; a one-slice axis is always inside.
  const endX = f64x2.splat(<f64>(sx - 1));
  const endY = f64x2.splat(sy == 1 ? 1 : <f64>(sy - 1));
  const endZ = f64x2.splat(sz == 1 ? 1 : <f64>(sz - 1));
  const lastY = f64x2.splat(<f64>(sy - 1));
  const lastZ = f64x2.splat(<f64>(sz - 1));
  // Where voxels beyond the edge count as zero, what lies two beyond it is as good as anything further out.
  const least = f64x2.splat(outside == 0 ? -2 : 0);
  const beyond: f64 = outside == 0 ? 2 : 0;
  const mostX = f64x2.add(endX, f64x2.splat(beyond));
  const mostY = f64x2.add(lastY, f64x2.splat(beyond));
  const mostZ = f64x2.add(lastZ, f64x2.splat(beyond));
  const zero = i32x4.splat(0);
  const highestX = i32x4.splat(sx - 2);
  const highestY = i32x4.splat(max(sy - 2, 0));
  const highestZ = i32x4.splat(max(sz - 2, 0));
  const sizeX = i32x4.splat(sx);
  const sizeY = i32x4.splat(sy);
  const flatY = sy == 1;
  const flatZ = sz == 1;
  for (let row = begin; row < end; row++) {
    const y = row % ny;
    const z = row / ny;
    const beginX = rowBegin(map, 0, y, z);
    const beginY = rowBegin(map, 1, y, z);
    const beginZ = rowBegin(map, 2, y, z);
    for (let next = 0; next < nx; next += 4) {
      const x = min(next, nx - 4);
      const i = <usize>(row * nx + x) << 2;
      const x01 = f64x2.add(f64x2.splat(<f64>x), f64x2(0, 1));
      const x23 = f64x2.add(x01, f64x2.splat(2));
      let movedX = zero;
      let movedY = zero;
      let movedZ = zero;
      if (displaced) {
        const ux = v128.load(u + i);
        const uy = v128.load(v + i);
        const uz = v128.load(w + i);
        movedX = moved(map, 0, ux, uy, uz);
        movedY = moved(map, 1, ux, uy, uz);
        movedZ = moved(map, 2, ux, uy, uz);
      }
      const qx0 = along(map, 0, beginX, x01, lower(movedX));
      const qx1 = along(map, 0, beginX, x23, upper(movedX));
      let qy0 = f64x2.splat(0);
      let qy1 = f64x2.splat(0);
      if (!flatY) {
        qy0 = along(map, 1, beginY, x01, lower(movedY));
        qy1 = along(map, 1, beginY, x23, upper(movedY));
      }
      let qz0 = f64x2.splat(0);
      let qz1 = f64x2.splat(0);
      if (!flatZ) {
        qz0 = along(map, 2, beginZ, x01, lower(movedZ));
        qz1 = along(map, 2, beginZ, x23, upper(movedZ));
      }
      const inX = maskOf(within(qx0, endX), within(qx1, endX));
      const inY = maskOf(within(qy0, endY), within(qy1, endY));
      const inZ = maskOf(within(qz0, endZ), within(qz1, endZ));
      const isInterior = v128.all_true<i32>(v128.and(inX, v128.and(inY, inZ)));
      if (weight) {
        v128.store(
          weight + i,
          isInterior
            ? f32x4.splat(1)
            : weightInside(qx0, qx1, qy0, qy1, qz0, qz1, sx, sy, sz, weightOutside),
        );
      }
      let cx0 = qx0;
      let cx1 = qx1;
      let cy0 = qy0;
      let cy1 = qy1;
      let cz0 = qz0;
      let cz1 = qz1;
      if (!isInterior) {
        cx0 = clamped(qx0, least, mostX);
        cx1 = clamped(qx1, least, mostX);
        cy0 = clamped(qy0, least, mostY);
        cy1 = clamped(qy1, least, mostY);
        cz0 = clamped(qz0, least, mostZ);
        cz1 = clamped(qz1, least, mostZ);
      }
      const floorX0 = f64x2.floor(cx0);
      const floorX1 = f64x2.floor(cx1);
      const floorY0 = f64x2.floor(cy0);
      const floorY1 = f64x2.floor(cy1);
      const floorZ0 = f64x2.floor(cz0);
      const floorZ1 = f64x2.floor(cz1);
      const fx = f32Of(f64x2.sub(cx0, floorX0), f64x2.sub(cx1, floorX1));
      const fy = f32Of(f64x2.sub(cy0, floorY0), f64x2.sub(cy1, floorY1));
      const fz = f32Of(f64x2.sub(cz0, floorZ0), f64x2.sub(cz1, floorZ1));
      const lowX = i32Of(floorX0, floorX1);
      const lowY = i32Of(floorY0, floorY1);
      const lowZ = i32Of(floorZ0, floorZ1);
      const atX = i32x4.min_s(i32x4.max_s(lowX, zero), highestX);
      const atY = i32x4.min_s(i32x4.max_s(lowY, zero), highestY);
      const atZ = i32x4.min_s(i32x4.max_s(lowZ, zero), highestZ);
      const at = i32x4.add(atX, i32x4.mul(sizeX, i32x4.add(atY, i32x4.mul(sizeY, atZ))));
      const p0 = source + (<usize>i32x4.extract_lane(at, 0) << 2);
      const p1 = source + (<usize>i32x4.extract_lane(at, 1) << 2);
      const p2 = source + (<usize>i32x4.extract_lane(at, 2) << 2);
      const p3 = source + (<usize>i32x4.extract_lane(at, 3) << 2);
      let first = pairs(p0, p1);
      let second = pairs(p2, p3);
      const a000 = lows(first, second);
      const a100 = highs(first, second);
      first = pairs(p0 + rowStride, p1 + rowStride);
      second = pairs(p2 + rowStride, p3 + rowStride);
      const a010 = lows(first, second);
      const a110 = highs(first, second);
      first = pairs(p0 + planeStride, p1 + planeStride);
      second = pairs(p2 + planeStride, p3 + planeStride);
      const a001 = lows(first, second);
      const a101 = highs(first, second);
      first = pairs(p0 + bothStrides, p1 + bothStrides);
      second = pairs(p2 + bothStrides, p3 + bothStrides);
      const a011 = lows(first, second);
      const a111 = highs(first, second);
      if (isInterior) {
        const s00 = f32x4.sub(a100, a000);
        const s10 = f32x4.sub(a110, a010);
        const s01 = f32x4.sub(a101, a001);
        const s11 = f32x4.sub(a111, a011);
        const x00 = f32x4.add(a000, f32x4.mul(fx, s00));
        const x10 = f32x4.add(a010, f32x4.mul(fx, s10));
        const x01v = f32x4.add(a001, f32x4.mul(fx, s01));
        const x11 = f32x4.add(a011, f32x4.mul(fx, s11));
        const t0 = f32x4.sub(x10, x00);
        const t1 = f32x4.sub(x11, x01v);
        const y0v = f32x4.add(x00, f32x4.mul(fy, t0));
        const y1v = f32x4.add(x01v, f32x4.mul(fy, t1));
        const rise = f32x4.sub(y1v, y0v);
        if (value) v128.store(value + i, f32x4.add(y0v, f32x4.mul(fz, rise)));
        if (dX) {
          v128.store(dX + i, mix(mix(s00, s10, fy), mix(s01, s11, fy), fz));
          v128.store(dY + i, mix(t0, t1, fz));
          v128.store(dZ + i, rise);
        }
        continue;
      }
      const offX = i32x4.sub(lowX, atX);
      const offY = i32x4.sub(lowY, atY);
      const offZ = i32x4.sub(lowZ, atZ);
      let wx0 = lowWeight(fx, offX);
      let wx1 = highWeight(fx, offX);
      const wy0 = lowWeight(fy, offY);
      const wy1 = highWeight(fy, offY);
      const wz0 = lowWeight(fz, offZ);
      const wz1 = highWeight(fz, offZ);
      let kept = i32x4.splat(-1);
      if (outside == 2) {
        let cut0 = beyondHalf(qx0, endX);
        let cut1 = beyondHalf(qx1, endX);
        cut0 = v128.or(cut0, v128.or(beyondHalf(qy0, lastY), beyondHalf(qz0, lastZ)));
        cut1 = v128.or(cut1, v128.or(beyondHalf(qy1, lastY), beyondHalf(qz1, lastZ)));
        kept = v128.not(maskOf(cut0, cut1));
      }
      const x00 = weighed(wx0, wx1, a000, a100);
      const x10 = weighed(wx0, wx1, a010, a110);
      const x01v = weighed(wx0, wx1, a001, a101);
      const x11 = weighed(wx0, wx1, a011, a111);
      const y0v = weighed(wy0, wy1, x00, x10);
      const y1v = weighed(wy0, wy1, x01v, x11);
      if (value) v128.store(value + i, v128.and(kept, weighed(wz0, wz1, y0v, y1v)));
      if (dX) {
        let sx0 = lowSlope(offX);
        let sx1 = highSlope(offX);
        const g0 = weighed(wy0, wy1, weighed(sx0, sx1, a000, a100), weighed(sx0, sx1, a010, a110));
        const g1 = weighed(wy0, wy1, weighed(sx0, sx1, a001, a101), weighed(sx0, sx1, a011, a111));
        const sy0 = lowSlope(offY);
        const sy1 = highSlope(offY);
        // Beyond a clamped edge the value does not change with the coordinate.
        const changesX = outside == 0 ? kept : v128.and(kept, inX);
        const changesY = outside == 0 ? kept : v128.and(kept, inY);
        const changesZ = outside == 0 ? kept : v128.and(kept, inZ);
        v128.store(dX + i, v128.and(changesX, weighed(wz0, wz1, g0, g1)));
        v128.store(
          dY + i,
          v128.and(changesY, weighed(wz0, wz1, weighed(sy0, sy1, x00, x10), weighed(sy0, sy1, x01v, x11))),
        );
        v128.store(dZ + i, v128.and(changesZ, weighed(lowSlope(offZ), highSlope(offZ), y0v, y1v)));
      }
    }
  }
}

/** One component of the outer field at four points, by the places and weights that all three share. */
// @ts-ignore: decorator
@inline
function component(
  outer: usize, o0: usize, o1: usize, o2: usize, o3: usize, row: usize, plane: usize,
  fx: v128, fy: v128, fz: v128,
): v128 {
  const p0 = outer + o0;
  const p1 = outer + o1;
  const p2 = outer + o2;
  const p3 = outer + o3;
  let first = pairs(p0, p1);
  let second = pairs(p2, p3);
  const x00 = mix(lows(first, second), highs(first, second), fx);
  first = pairs(p0 + row, p1 + row);
  second = pairs(p2 + row, p3 + row);
  const x10 = mix(lows(first, second), highs(first, second), fx);
  first = pairs(p0 + plane, p1 + plane);
  second = pairs(p2 + plane, p3 + plane);
  const x01 = mix(lows(first, second), highs(first, second), fx);
  first = pairs(p0 + row + plane, p1 + row + plane);
  second = pairs(p2 + row + plane, p3 + row + plane);
  const x11 = mix(lows(first, second), highs(first, second), fx);
  return mix(mix(x00, x10, fy), mix(x01, x11, fy), fz);
}

/** Places of corners, 0 where a point is no number. */
// @ts-ignore: decorator
@inline
function placeOf(low: v128, high: v128): v128 {
  const zero = f64x2.splat(0);
  return i32Of(f64x2.pmax(zero, low), f64x2.pmax(zero, high));
}

/**
 * i + outer∘(id + i) with i = factor · inner, rows begin … end; beyond the edge of `outer` its border values go on.
 */
export function compose(
  o0: usize, o1: usize, o2: usize, i0: usize, i1: usize, i2: usize, factor: f32,
  v0: usize, v1: usize, v2: usize, map: usize, nx: i32, ny: i32, sx: i32, sy: i32, sz: i32, begin: i32, end: i32,
): void {
  const rowStride: usize = sy == 1 ? 0 : <usize>sx << 2;
  const planeStride: usize = sz == 1 ? 0 : <usize>(sx * sy) << 2;
  const lastX = f64x2.splat(<f64>(sx - 1));
  const lastY = f64x2.splat(<f64>(sy - 1));
  const lastZ = f64x2.splat(<f64>(sz - 1));
  // The lower corner: the last voxel counts as the upper neighbour of the one before it.
  const highestX = f64x2.splat(<f64>(sx - 2));
  const highestY = f64x2.splat(<f64>max(sy - 2, 0));
  const highestZ = f64x2.splat(<f64>max(sz - 2, 0));
  const zero = f64x2.splat(0);
  const scale = f32x4.splat(factor);
  const sizeX = i32x4.splat(sx << 2);
  const sizeXY = i32x4.splat((sx * sy) << 2);
  for (let row = begin; row < end; row++) {
    const y = row % ny;
    const z = row / ny;
    const beginX = rowBegin(map, 0, y, z);
    const beginY = rowBegin(map, 1, y, z);
    const beginZ = rowBegin(map, 2, y, z);
    for (let next = 0; next < nx; next += 4) {
      const x = min(next, nx - 4);
      const i = <usize>(row * nx + x) << 2;
      const x01 = f64x2.add(f64x2.splat(<f64>x), f64x2(0, 1));
      const x23 = f64x2.add(x01, f64x2.splat(2));
      const ux = f32x4.mul(scale, v128.load(i0 + i));
      const uy = f32x4.mul(scale, v128.load(i1 + i));
      const uz = f32x4.mul(scale, v128.load(i2 + i));
      const movedX = moved(map, 0, ux, uy, uz);
      const movedY = moved(map, 1, ux, uy, uz);
      const movedZ = moved(map, 2, ux, uy, uz);
      const qx0 = clamped(along(map, 0, beginX, x01, lower(movedX)), zero, lastX);
      const qx1 = clamped(along(map, 0, beginX, x23, upper(movedX)), zero, lastX);
      const qy0 = clamped(along(map, 1, beginY, x01, lower(movedY)), zero, lastY);
      const qy1 = clamped(along(map, 1, beginY, x23, upper(movedY)), zero, lastY);
      const qz0 = clamped(along(map, 2, beginZ, x01, lower(movedZ)), zero, lastZ);
      const qz1 = clamped(along(map, 2, beginZ, x23, upper(movedZ)), zero, lastZ);
      const lowX0 = f64x2.pmin(f64x2.floor(qx0), highestX);
      const lowX1 = f64x2.pmin(f64x2.floor(qx1), highestX);
      const lowY0 = f64x2.pmin(f64x2.floor(qy0), highestY);
      const lowY1 = f64x2.pmin(f64x2.floor(qy1), highestY);
      const lowZ0 = f64x2.pmin(f64x2.floor(qz0), highestZ);
      const lowZ1 = f64x2.pmin(f64x2.floor(qz1), highestZ);
      const fx = f32Of(f64x2.sub(qx0, lowX0), f64x2.sub(qx1, lowX1));
      const fy = f32Of(f64x2.sub(qy0, lowY0), f64x2.sub(qy1, lowY1));
      const fz = f32Of(f64x2.sub(qz0, lowZ0), f64x2.sub(qz1, lowZ1));
      const at = i32x4.add(
        i32x4.shl(placeOf(lowX0, lowX1), 2),
        i32x4.add(i32x4.mul(sizeX, placeOf(lowY0, lowY1)), i32x4.mul(sizeXY, placeOf(lowZ0, lowZ1))),
      );
      const a0 = <usize>i32x4.extract_lane(at, 0);
      const a1 = <usize>i32x4.extract_lane(at, 1);
      const a2 = <usize>i32x4.extract_lane(at, 2);
      const a3 = <usize>i32x4.extract_lane(at, 3);
      v128.store(v0 + i, f32x4.add(ux, component(o0, a0, a1, a2, a3, rowStride, planeStride, fx, fy, fz)));
      v128.store(v1 + i, f32x4.add(uy, component(o1, a0, a1, a2, a3, rowStride, planeStride, fx, fy, fz)));
      v128.store(v2 + i, f32x4.add(uz, component(o2, a0, a1, a2, a3, rowStride, planeStride, fx, fy, fz)));
    }
  }
}

// @ts-ignore: decorator
@inline
function reaches(q: v128, first: v128, last: v128): v128 {
  return v128.and(f64x2.ge(q, first), f64x2.le(q, last));
}

/** How far each point lies inside the source, rows begin … end: 1 within, as `outside` says beyond. */
export function insideWeight(
  u: usize, v: usize, w: usize, weight: usize, map: usize,
  nx: i32, ny: i32, sx: i32, sy: i32, sz: i32, outside: i32, begin: i32, end: i32,
): void {
  const displaced = u != 0;
  const zero = i32x4.splat(0);
  // An axis of one voxel has no outside.
  const firstX = f64x2.splat(sx == 1 ? -Infinity : 0);
  const firstY = f64x2.splat(sy == 1 ? -Infinity : 0);
  const firstZ = f64x2.splat(sz == 1 ? -Infinity : 0);
  const lastX = f64x2.splat(sx == 1 ? Infinity : <f64>(sx - 1));
  const lastY = f64x2.splat(sy == 1 ? Infinity : <f64>(sy - 1));
  const lastZ = f64x2.splat(sz == 1 ? Infinity : <f64>(sz - 1));
  for (let row = begin; row < end; row++) {
    const y = row % ny;
    const z = row / ny;
    const beginX = rowBegin(map, 0, y, z);
    const beginY = rowBegin(map, 1, y, z);
    const beginZ = rowBegin(map, 2, y, z);
    for (let next = 0; next < nx; next += 4) {
      const x = min(next, nx - 4);
      const i = <usize>(row * nx + x) << 2;
      const x01 = f64x2.add(f64x2.splat(<f64>x), f64x2(0, 1));
      const x23 = f64x2.add(x01, f64x2.splat(2));
      let movedX = zero;
      let movedY = zero;
      let movedZ = zero;
      if (displaced) {
        const ux = v128.load(u + i);
        const uy = v128.load(v + i);
        const uz = v128.load(w + i);
        movedX = moved(map, 0, ux, uy, uz);
        movedY = moved(map, 1, ux, uy, uz);
        movedZ = moved(map, 2, ux, uy, uz);
      }
      const qx0 = along(map, 0, beginX, x01, lower(movedX));
      const qx1 = along(map, 0, beginX, x23, upper(movedX));
      const qy0 = along(map, 1, beginY, x01, lower(movedY));
      const qy1 = along(map, 1, beginY, x23, upper(movedY));
      const qz0 = along(map, 2, beginZ, x01, lower(movedZ));
      const qz1 = along(map, 2, beginZ, x23, upper(movedZ));
      const all0 = v128.and(reaches(qx0, firstX, lastX), v128.and(reaches(qy0, firstY, lastY), reaches(qz0, firstZ, lastZ)));
      const all1 = v128.and(reaches(qx1, firstX, lastX), v128.and(reaches(qy1, firstY, lastY), reaches(qz1, firstZ, lastZ)));
      if (v128.all_true<i64>(v128.and(all0, all1))) {
        v128.store(weight + i, f32x4.splat(1));
        continue;
      }
      v128.store(weight + i, weightInside(qx0, qx1, qy0, qy1, qz0, qz1, sx, sy, sz, outside));
    }
  }
}

/**
 * Gradient in mm of displacement from that along the source's axes, in place: Dᵀ · (cotangent · slope),
 * voxels first … end. map: as above.
 */
export function chainToDisplacement(
  cotangent: usize, dX: usize, dY: usize, dZ: usize, map: usize, first: i32, end: i32,
): void {
  const d = map + 96;
  const d00 = v128.load32_splat(d);
  const d01 = v128.load32_splat(d, 4);
  const d02 = v128.load32_splat(d, 8);
  const d10 = v128.load32_splat(d, 12);
  const d11 = v128.load32_splat(d, 16);
  const d12 = v128.load32_splat(d, 20);
  const d20 = v128.load32_splat(d, 24);
  const d21 = v128.load32_splat(d, 28);
  const d22 = v128.load32_splat(d, 32);
  for (let at = first; at < end; at += 4) {
    const i = <usize>at << 2;
    const lanes = end - at;
    const g = loadLanes(cotangent + i, lanes);
    const x = f32x4.mul(g, loadLanes(dX + i, lanes));
    const y = f32x4.mul(g, loadLanes(dY + i, lanes));
    const z = f32x4.mul(g, loadLanes(dZ + i, lanes));
    storeLanes(dX + i, f32x4.add(f32x4.add(f32x4.mul(d00, x), f32x4.mul(d10, y)), f32x4.mul(d20, z)), lanes);
    storeLanes(dY + i, f32x4.add(f32x4.add(f32x4.mul(d01, x), f32x4.mul(d11, y)), f32x4.mul(d21, z)), lanes);
    storeLanes(dZ + i, f32x4.add(f32x4.add(f32x4.mul(d02, x), f32x4.mul(d12, y)), f32x4.mul(d22, z)), lanes);
  }
}
