import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { pointMap } from '../sample/point-map';
import { outsideEdge, sampleAtEdge } from '../sample/trilinear.cpu';

type Planes = readonly [FloatArray, FloatArray, FloatArray];

export interface ComposeNumbers {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
  readonly sourceNx: number;
  readonly sourceNy: number;
  readonly sourceNz: number;
  readonly worldFromTarget: readonly number[];
  readonly sourceFromWorld: readonly number[];
}

/**
 * i + outer∘(id + i) with i = factor · inner: one walk for the three components, since the weights are the same.
 * Beyond the edge of `outer` its border values go on.
 */
export function composeFields(
  outer: Planes,
  inner: Planes,
  factor: number,
  value: Planes,
  p: ComposeNumbers,
  share: Share,
): void {
  const map = pointMap({ ...p, transformed: 0 }, undefined);
  const m00 = map[0] as number;
  const m10 = map[4] as number;
  const m20 = map[8] as number;
  const d00 = map[12] as number;
  const d01 = map[13] as number;
  const d02 = map[14] as number;
  const d10 = map[15] as number;
  const d11 = map[16] as number;
  const d12 = map[17] as number;
  const d20 = map[18] as number;
  const d21 = map[19] as number;
  const d22 = map[20] as number;
  const nx = p.nx;
  const sx = p.sourceNx;
  const sy = p.sourceNy;
  const sz = p.sourceNz;
  const planeStride = sz === 1 ? 0 : sx * sy;
  const rowStride = sy === 1 ? 0 : sx;
  const step = sx === 1 ? 0 : 1;
  const endX = sx === 1 ? 1 : sx - 1;
  const endY = sy === 1 ? 1 : sy - 1;
  const endZ = sz === 1 ? 1 : sz - 1;
  const [o0, o1, o2] = outer;
  const [i0, i1, i2] = inner;
  const [v0, v1, v2] = value;
  const [begin, end] = shareOf(p.ny * p.nz, share);
  for (let row = begin; row < end; row += 1) {
    const y = row % p.ny;
    const z = (row - y) / p.ny;
    const rowX = (map[1] as number) * y + (map[2] as number) * z + (map[3] as number);
    const rowY = (map[5] as number) * y + (map[6] as number) * z + (map[7] as number);
    const rowZ = (map[9] as number) * y + (map[10] as number) * z + (map[11] as number);
    let i = row * nx;
    for (let x = 0; x < nx; x += 1, i += 1) {
      const ux = factor * (i0[i] as number);
      const uy = factor * (i1[i] as number);
      const uz = factor * (i2[i] as number);
      let qx = sx === 1 ? 0 : rowX + m00 * x + d00 * ux + d01 * uy + d02 * uz;
      let qy = sy === 1 ? 0 : rowY + m10 * x + d10 * ux + d11 * uy + d12 * uz;
      let qz = sz === 1 ? 0 : rowZ + m20 * x + d20 * ux + d21 * uy + d22 * uz;
      let toX = step;
      let toY = rowStride;
      let toZ = planeStride;
      if (!(qx >= 0 && qy >= 0 && qz >= 0 && qx < endX && qy < endY && qz < endZ)) {
        // At the border the upper neighbour is the voxel itself.
        qx = Math.min(Math.max(qx, 0), sx - 1);
        qy = Math.min(Math.max(qy, 0), sy - 1);
        qz = Math.min(Math.max(qz, 0), sz - 1);
        if (qx === sx - 1) toX = 0;
        if (qy === sy - 1) toY = 0;
        if (qz === sz - 1) toZ = 0;
      }
      const x0 = qx | 0;
      const y0 = qy | 0;
      const z0 = qz | 0;
      const fx = qx - x0;
      const fy = qy - y0;
      const fz = qz - z0;
      const gx = 1 - fx;
      const gy = 1 - fy;
      const gz = 1 - fz;
      const w00 = gy * gz;
      const w10 = fy * gz;
      const w01 = gy * fz;
      const w11 = fy * fz;
      const a = x0 + sx * (y0 + sy * z0);
      const b = a + toY;
      const c = a + toZ;
      const d = b + toZ;
      v0[i] =
        ux +
        gx *
          (w00 * (o0[a] as number) +
            w10 * (o0[b] as number) +
            w01 * (o0[c] as number) +
            w11 * (o0[d] as number)) +
        fx *
          (w00 * (o0[a + toX] as number) +
            w10 * (o0[b + toX] as number) +
            w01 * (o0[c + toX] as number) +
            w11 * (o0[d + toX] as number));
      v1[i] =
        uy +
        gx *
          (w00 * (o1[a] as number) +
            w10 * (o1[b] as number) +
            w01 * (o1[c] as number) +
            w11 * (o1[d] as number)) +
        fx *
          (w00 * (o1[a + toX] as number) +
            w10 * (o1[b + toX] as number) +
            w01 * (o1[c + toX] as number) +
            w11 * (o1[d + toX] as number));
      v2[i] =
        uz +
        gx *
          (w00 * (o2[a] as number) +
            w10 * (o2[b] as number) +
            w01 * (o2[c] as number) +
            w11 * (o2[d] as number)) +
        fx *
          (w00 * (o2[a + toX] as number) +
            w10 * (o2[b + toX] as number) +
            w01 * (o2[c + toX] as number) +
            w11 * (o2[d + toX] as number));
    }
  }
}

/**
 * Part of the adjoint of composition that goes through the points where `outer` is read:
 * Sᵀ Σ_c cotangent_c ∇outer_c, in mm.
 */
export function warpAdjointOf(
  outer: Planes,
  inner: Planes,
  cotangent: Planes,
  value: Planes,
  p: ComposeNumbers,
  share: Share,
): void {
  const map = pointMap({ ...p, transformed: 0 }, undefined);
  const m = (i: number): number => map[i] as number;
  const m00 = m(0);
  const m10 = m(4);
  const m20 = m(8);
  const d00 = m(12);
  const d01 = m(13);
  const d02 = m(14);
  const d10 = m(15);
  const d11 = m(16);
  const d12 = m(17);
  const d20 = m(18);
  const d21 = m(19);
  const d22 = m(20);
  const { nx, sourceNx: sx, sourceNy: sy, sourceNz: sz } = p;
  const [i0, i1, i2] = inner;
  const [v0, v1, v2] = value;
  const planeStride = sz === 1 ? 0 : sx * sy;
  const rowStride = sy === 1 ? 0 : sx;
  const step = sx === 1 ? 0 : 1;
  const endX = sx === 1 ? 1 : sx - 1;
  const endY = sy === 1 ? 1 : sy - 1;
  const endZ = sz === 1 ? 1 : sz - 1;
  const edge = new Float64Array(4);
  const [begin, end] = shareOf(p.ny * p.nz, share);
  for (let row = begin; row < end; row += 1) {
    const y = row % p.ny;
    const z = (row - y) / p.ny;
    const rowX = m(1) * y + m(2) * z + m(3);
    const rowY = m(5) * y + m(6) * z + m(7);
    const rowZ = m(9) * y + m(10) * z + m(11);
    let i = row * nx;
    for (let x = 0; x < nx; x += 1, i += 1) {
      const ux = i0[i] as number;
      const uy = i1[i] as number;
      const uz = i2[i] as number;
      const qx = sx === 1 ? 0 : rowX + m00 * x + d00 * ux + d01 * uy + d02 * uz;
      const qy = sy === 1 ? 0 : rowY + m10 * x + d10 * ux + d11 * uy + d12 * uz;
      const qz = sz === 1 ? 0 : rowZ + m20 * x + d20 * ux + d21 * uy + d22 * uz;
      let gradX = 0;
      let gradY = 0;
      let gradZ = 0;
      if (qx >= 0 && qy >= 0 && qz >= 0 && qx < endX && qy < endY && qz < endZ) {
        const x0 = qx | 0;
        const y0 = qy | 0;
        const z0 = qz | 0;
        const fx = qx - x0;
        const fy = qy - y0;
        const fz = qz - z0;
        const a = x0 + sx * (y0 + sy * z0);
        const b = a + rowStride;
        const c = a + planeStride;
        const d = b + planeStride;
        for (let k = 0; k < 3; k += 1) {
          const o = outer[k] as FloatArray;
          const g = (cotangent[k] as FloatArray)[i] as number;
          const a0 = o[a] as number;
          const a1 = o[a + step] as number;
          const b0 = o[b] as number;
          const b1 = o[b + step] as number;
          const c0 = o[c] as number;
          const c1 = o[c + step] as number;
          const e0 = o[d] as number;
          const e1 = o[d + step] as number;
          const x00 = a0 + fx * (a1 - a0);
          const x10 = b0 + fx * (b1 - b0);
          const x01 = c0 + fx * (c1 - c0);
          const x11 = e0 + fx * (e1 - e0);
          const g00 = a1 - a0 + fy * (b1 - b0 - a1 + a0);
          const g01 = c1 - c0 + fy * (e1 - e0 - c1 + c0);
          gradX += g * (g00 + fz * (g01 - g00));
          gradY += g * (x10 - x00 + fz * (x11 - x01 - x10 + x00));
          // In a slice this is rounding and not 0, and an optimizer may make much of little.
          if (sz > 1) gradZ += g * (x01 + fy * (x11 - x01) - x00 - fy * (x10 - x00));
        }
      } else {
        for (let k = 0; k < 3; k += 1) {
          const g = (cotangent[k] as FloatArray)[i] as number;
          sampleAtEdge(outer[k] as FloatArray, sx, sy, sz, qx, qy, qz, outsideEdge, edge);
          gradX += g * (edge[1] as number);
          gradY += g * (edge[2] as number);
          gradZ += g * (edge[3] as number);
        }
      }
      v0[i] = d00 * gradX + d10 * gradY + d20 * gradZ;
      v1[i] = d01 * gradX + d11 * gradY + d21 * gradZ;
      v2[i] = d02 * gradX + d12 * gradY + d22 * gradZ;
    }
  }
}
