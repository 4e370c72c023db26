import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { type PointMapParameters, pointMap } from './point-map';
import { outsideCut, outsideEdge, sampleAtEdge } from './trilinear.cpu';

export interface SamplingNumbers extends PointMapParameters {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
  readonly sourceNx: number;
  readonly sourceNy: number;
  readonly sourceNz: number;
  readonly displaced: number;
  readonly outside: number;
}

type Planes = readonly [FloatArray, FloatArray, FloatArray];

/**
 * Trilinear sampling of one plane, with the derivative per source voxel where `derivative` is
 * given (the same eight corners give both). Rows of the target are shared out.
 */
export function sampleLinear(
  source: FloatArray,
  displacement: Planes | undefined,
  affine: FloatArray | undefined,
  value: FloatArray | undefined,
  derivative: Planes | undefined,
  p: SamplingNumbers,
  share: Share,
): void {
  const [m00, m01, m02, m03, m10, m11, m12, m13, m20, m21, m22, m23, ...d] = pointMap(p, affine);
  const [d00, d01, d02, d10, d11, d12, d20, d21, d22] = d as number[] as Nine;
  const nx = p.nx;
  const sx = p.sourceNx;
  const sy = p.sourceNy;
  const sz = p.sourceNz;
  const planeStride = sz === 1 ? 0 : sx * sy;
  const rowStride = sy === 1 ? 0 : sx;
  const step = sx === 1 ? 0 : 1;
  // The interior is where both corners of every axis exist; a one-slice axis is always inside.
  const endX = sx === 1 ? 1 : sx - 1;
  const endY = sy === 1 ? 1 : sy - 1;
  const endZ = sz === 1 ? 1 : sz - 1;
  const flatX = sx === 1;
  const flatY = sy === 1;
  const flatZ = sz === 1;
  const u = displacement?.[0];
  const v = displacement?.[1];
  const w = displacement?.[2];
  const dX = derivative?.[0];
  const dY = derivative?.[1];
  const dZ = derivative?.[2];
  const edge = new Float64Array(4);
  const [begin, end] = shareOf(p.ny * p.nz, share);
  for (let row = begin; row < end; row += 1) {
    const y = row % p.ny;
    const z = (row - y) / p.ny;
    const rowX = (m01 as number) * y + (m02 as number) * z + (m03 as number);
    const rowY = (m11 as number) * y + (m12 as number) * z + (m13 as number);
    const rowZ = (m21 as number) * y + (m22 as number) * z + (m23 as number);
    let i = row * nx;
    for (let x = 0; x < nx; x += 1, i += 1) {
      let qx = rowX + (m00 as number) * x;
      let qy = rowY + (m10 as number) * x;
      let qz = rowZ + (m20 as number) * x;
      if (u !== undefined && v !== undefined && w !== undefined) {
        const ux = u[i] as number;
        const uy = v[i] as number;
        const uz = w[i] as number;
        qx += d00 * ux + d01 * uy + d02 * uz;
        qy += d10 * ux + d11 * uy + d12 * uz;
        qz += d20 * ux + d21 * uy + d22 * uz;
      }
      if (flatX) qx = 0;
      if (flatY) qy = 0;
      if (flatZ) qz = 0;
      if (qx >= 0 && qy >= 0 && qz >= 0 && qx < endX && qy < endY && qz < endZ) {
        const x0 = qx | 0;
        const y0 = qy | 0;
        const z0 = qz | 0;
        const fx = qx - x0;
        const fy = qy - y0;
        const fz = qz - z0;
        const o = x0 + sx * (y0 + sy * z0);
        const a000 = source[o] as number;
        const a100 = source[o + step] as number;
        const a010 = source[o + rowStride] as number;
        const a110 = source[o + rowStride + step] as number;
        const a001 = source[o + planeStride] as number;
        const a101 = source[o + planeStride + step] as number;
        const a011 = source[o + planeStride + rowStride] as number;
        const a111 = source[o + planeStride + rowStride + step] as number;
        const x00 = a000 + fx * (a100 - a000);
        const x10 = a010 + fx * (a110 - a010);
        const x01 = a001 + fx * (a101 - a001);
        const x11 = a011 + fx * (a111 - a011);
        const y0v = x00 + fy * (x10 - x00);
        const y1v = x01 + fy * (x11 - x01);
        if (value !== undefined) value[i] = y0v + fz * (y1v - y0v);
        if (dX !== undefined && dY !== undefined && dZ !== undefined) {
          const g00 = a100 - a000 + fy * (a110 - a010 - a100 + a000);
          const g01 = a101 - a001 + fy * (a111 - a011 - a101 + a001);
          dX[i] = g00 + fz * (g01 - g00);
          dY[i] = x10 - x00 + fz * (x11 - x01 - x10 + x00);
          dZ[i] = y1v - y0v;
        }
      } else {
        sampleAtEdge(source, sx, sy, sz, qx, qy, qz, p.outside, edge);
        if (value !== undefined) value[i] = edge[0] as number;
        if (dX !== undefined && dY !== undefined && dZ !== undefined) {
          dX[i] = edge[1] as number;
          dY[i] = edge[2] as number;
          dZ[i] = edge[3] as number;
        }
      }
    }
  }
}

/** Value of the nearest voxel; halves round up, as ITK does. */
export function sampleNearest(
  source: FloatArray | Uint32Array,
  displacement: Planes | undefined,
  affine: FloatArray | undefined,
  value: FloatArray | Uint32Array,
  p: SamplingNumbers,
  share: Share,
): void {
  const map = pointMap(p, affine);
  const at = (i: number): number => map[i] as number;
  const { nx, ny, sourceNx: sx, sourceNy: sy, sourceNz: sz } = p;
  const [begin, end] = shareOf(ny * p.nz, share);
  for (let row = begin; row < end; row += 1) {
    const y = row % ny;
    const z = (row - y) / ny;
    for (let x = 0, i = row * nx; x < nx; x += 1, i += 1) {
      const ux = displacement ? (displacement[0][i] as number) : 0;
      const uy = displacement ? (displacement[1][i] as number) : 0;
      const uz = displacement ? (displacement[2][i] as number) : 0;
      const qx =
        at(0) * x + at(1) * y + at(2) * z + at(3) + at(12) * ux + at(13) * uy + at(14) * uz;
      const qy =
        at(4) * x + at(5) * y + at(6) * z + at(7) + at(15) * ux + at(16) * uy + at(17) * uz;
      const qz =
        at(8) * x + at(9) * y + at(10) * z + at(11) + at(18) * ux + at(19) * uy + at(20) * uz;
      let xi = sx === 1 ? 0 : Math.floor(qx + 0.5);
      let yi = sy === 1 ? 0 : Math.floor(qy + 0.5);
      let zi = sz === 1 ? 0 : Math.floor(qz + 0.5);
      if (p.outside === outsideEdge) {
        xi = Math.min(Math.max(xi, 0), sx - 1);
        yi = Math.min(Math.max(yi, 0), sy - 1);
        zi = Math.min(Math.max(zi, 0), sz - 1);
      } else if (p.outside === outsideCut) {
        // A point exactly half a voxel beyond the last one is inside for ITK: it rounds down.
        if (xi === sx && qx === sx - 0.5) xi = sx - 1;
        if (yi === sy && qy === sy - 0.5) yi = sy - 1;
        if (zi === sz && qz === sz - 0.5) zi = sz - 1;
      }
      const inside = xi >= 0 && yi >= 0 && zi >= 0 && xi < sx && yi < sy && zi < sz;
      value[i] = inside ? (source[xi + sx * (yi + sy * zi)] as number) : 0;
    }
  }
}

type Nine = [number, number, number, number, number, number, number, number, number];
