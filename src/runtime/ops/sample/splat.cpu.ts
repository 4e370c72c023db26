import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { pointMap } from './point-map';
import type { SamplingNumbers } from './sample.cpu';
import { outsideCut, outsideZero } from './trilinear.cpu';

type Planes = readonly [FloatArray, FloatArray, FloatArray];

/**
 * Where each row of the target lands along the axis by which `splatLinear` cuts the source into
 * slabs: rows[2r] to rows[2r + 1] in source voxels, a voxel wider on both sides, so that rounding
 * cannot matter. Rows of the target are shared out.
 */
export function rowExtents(
  displacement: Planes | undefined,
  affine: FloatArray | undefined,
  rows: FloatArray,
  p: SamplingNumbers,
  share: Share,
): void {
  const map = pointMap(p, affine);
  const { nx, ny, nz, sourceNy: sy, sourceNz: sz } = p;
  const axis = sz > 1 ? 2 : 1;
  const last = (axis === 2 ? sz : sy) - 1;
  const m0 = map[4 * axis]!;
  const m1 = map[4 * axis + 1]!;
  const m2 = map[4 * axis + 2]!;
  const m3 = map[4 * axis + 3]!;
  const d0 = map[12 + 3 * axis]!;
  const d1 = map[13 + 3 * axis]!;
  const d2 = map[14 + 3 * axis]!;
  const [begin, end] = shareOf(ny * nz, share);
  for (let row = begin; row < end; row += 1) {
    const y = row % ny;
    const z = (row - y) / ny;
    const start = m1 * y + m2 * z + m3;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let x = 0, i = row * nx; x < nx; x += 1, i += 1) {
      let q = start + m0 * x;
      if (displacement !== undefined) {
        q += d0 * displacement[0][i]! + d1 * displacement[1][i]! + d2 * displacement[2][i]!;
      }
      if (q < low) low = q;
      if (q > high) high = q;
    }
    // What lands beyond the edge may be taken to it.
    rows[2 * row] = Math.min(Math.max(low, 0), last) - 1;
    rows[2 * row + 1] = Math.min(Math.max(high, 0), last) + 1;
  }
}

/**
 * Transpose of trilinear sampling: adds each target voxel's cotangent to the eight source voxels
 * that its sample came from. A part owns a slab of the source and goes through the rows of the
 * target that touch it, adding only what falls into it: so every sum has one order, whatever the
 * number of threads.
 * @param rows from `rowExtents` with the same displacement and affine
 */
export function splatLinear(
  cotangent: FloatArray,
  displacement: Planes | undefined,
  affine: FloatArray | undefined,
  value: FloatArray,
  rows: FloatArray,
  p: SamplingNumbers,
  share: Share,
): void {
  const map = pointMap(p, affine);
  const m = (i: number): number => map[i] as number;
  const { nx, ny, nz, sourceNx: sx, sourceNy: sy, sourceNz: sz, outside: beyond } = p;
  const bySlice = sz > 1;
  const [slabBegin, slabEnd] = shareOf(bySlice ? sz : sy, share);
  const plane = bySlice ? sx * sy : sx;
  value.fill(0, slabBegin * plane, slabEnd * plane);
  const [m00, m10, m20] = [m(0), m(4), m(8)];
  const d00 = m(12);
  const d01 = m(13);
  const d02 = m(14);
  const d10 = m(15);
  const d11 = m(16);
  const d12 = m(17);
  const d20 = m(18);
  const d21 = m(19);
  const d22 = m(20);
  for (let row = 0; row < ny * nz; row += 1) {
    if (rows[2 * row]! >= slabEnd || rows[2 * row + 1]! < slabBegin - 1) continue;
    const y = row % ny;
    const z = (row - y) / ny;
    const rowX = m(1) * y + m(2) * z + m(3);
    const rowY = m(5) * y + m(6) * z + m(7);
    const rowZ = m(9) * y + m(10) * z + m(11);
    for (let x = 0, i = row * nx; x < nx; x += 1, i += 1) {
      let ux = 0;
      let uy = 0;
      let uz = 0;
      if (displacement !== undefined) {
        ux = displacement[0][i] as number;
        uy = displacement[1][i] as number;
        uz = displacement[2][i] as number;
      }
      let qy = sy === 1 ? 0 : rowY + m10 * x + d10 * ux + d11 * uy + d12 * uz;
      let qz = sz === 1 ? 0 : rowZ + m20 * x + d20 * ux + d21 * uy + d22 * uz;
      let qx = sx === 1 ? 0 : rowX + m00 * x + d00 * ux + d01 * uy + d02 * uz;
      if (beyond !== outsideZero) {
        const outside =
          qx < -0.5 || qy < -0.5 || qz < -0.5 || qx > sx - 0.5 || qy > sy - 0.5 || qz > sz - 0.5;
        if (beyond === outsideCut && outside) continue;
        qx = qx < 0 ? 0 : qx > sx - 1 ? sx - 1 : qx;
        qy = qy < 0 ? 0 : qy > sy - 1 ? sy - 1 : qy;
        qz = qz < 0 ? 0 : qz > sz - 1 ? sz - 1 : qz;
      }
      const along = bySlice ? qz : qy;
      if (along < slabBegin - 1 || along >= slabEnd) continue;
      const x0 = Math.floor(qx);
      const y0 = Math.floor(qy);
      const z0 = Math.floor(qz);
      const fx = qx - x0;
      const fy = qy - y0;
      const fz = qz - z0;
      const g = cotangent[i] as number;
      const first = bySlice ? z0 : y0;
      // Between eight voxels of the slab: the sums below without their questions, bit for bit.
      if (
        fx > 0 &&
        fy > 0 &&
        fz > 0 &&
        x0 >= 0 &&
        y0 >= 0 &&
        z0 >= 0 &&
        x0 < sx - 1 &&
        y0 < sy - 1 &&
        z0 < sz - 1 &&
        first >= slabBegin &&
        first < slabEnd - 1
      ) {
        const gx = 1 - fx;
        const g00 = g * ((1 - fy) * (1 - fz));
        const g10 = g * (fy * (1 - fz));
        const g01 = g * ((1 - fy) * fz);
        const g11 = g * (fy * fz);
        const a = x0 + sx * (y0 + sy * z0);
        const b = a + sx;
        const c = a + sx * sy;
        const d = c + sx;
        value[a] = (value[a] as number) + g00 * gx;
        value[a + 1] = (value[a + 1] as number) + g00 * fx;
        value[b] = (value[b] as number) + g10 * gx;
        value[b + 1] = (value[b + 1] as number) + g10 * fx;
        value[c] = (value[c] as number) + g01 * gx;
        value[c + 1] = (value[c + 1] as number) + g01 * fx;
        value[d] = (value[d] as number) + g11 * gx;
        value[d + 1] = (value[d + 1] as number) + g11 * fx;
        continue;
      }
      for (let cz = 0; cz < 2; cz += 1) {
        const zi = z0 + cz;
        const wz = cz ? fz : 1 - fz;
        if (zi < 0 || zi >= sz || wz === 0) continue;
        if (bySlice && (zi < slabBegin || zi >= slabEnd)) continue;
        for (let cy = 0; cy < 2; cy += 1) {
          const yi = y0 + cy;
          const wyz = (cy ? fy : 1 - fy) * wz;
          if (yi < 0 || yi >= sy || wyz === 0) continue;
          if (!bySlice && (yi < slabBegin || yi >= slabEnd)) continue;
          const o = sx * (yi + sy * zi);
          if (x0 >= 0 && x0 < sx) value[o + x0] = (value[o + x0] as number) + g * wyz * (1 - fx);
          if (x0 + 1 >= 0 && x0 + 1 < sx && fx > 0) {
            value[o + x0 + 1] = (value[o + x0 + 1] as number) + g * wyz * fx;
          }
        }
      }
    }
  }
}
