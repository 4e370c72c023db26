import type { FloatArray } from '../define-kernel';

/** Codes of `Outside`, as kernels get them. */
export const outsideZero = 0;
export const outsideEdge = 1;
export const outsideCut = 2;

/**
 * Trilinear value and derivative at a point near or beyond the edge, where the eight corners need
 * care. `out` gets the value and ∂/∂x, ∂/∂y, ∂/∂z per source voxel. The interior is inlined by
 * callers; this is the rest.
 */
export function sampleAtEdge(
  source: FloatArray,
  nx: number,
  ny: number,
  nz: number,
  qx: number,
  qy: number,
  qz: number,
  outside: number,
  out: Float64Array,
): void {
  out[0] = 0;
  out[1] = 0;
  out[2] = 0;
  out[3] = 0;
  let x = nx === 1 ? 0 : qx;
  let y = ny === 1 ? 0 : qy;
  let z = nz === 1 ? 0 : qz;
  if (
    outside === outsideCut &&
    (x < -0.5 || y < -0.5 || z < -0.5 || x > nx - 0.5 || y > ny - 0.5 || z > nz - 0.5)
  ) {
    return;
  }
  // A clamped axis has no derivative: the value does not change along it.
  let dx = nx === 1 ? 0 : 1;
  let dy = ny === 1 ? 0 : 1;
  let dz = nz === 1 ? 0 : 1;
  if (outside !== outsideZero) {
    if (x < 0 || x > nx - 1) dx = 0;
    if (y < 0 || y > ny - 1) dy = 0;
    if (z < 0 || z > nz - 1) dz = 0;
    x = Math.min(Math.max(x, 0), nx - 1);
    y = Math.min(Math.max(y, 0), ny - 1);
    z = Math.min(Math.max(z, 0), nz - 1);
  }
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const z0 = Math.floor(z);
  const fx = x - x0;
  const fy = y - y0;
  const fz = z - z0;
  for (let corner = 0; corner < 8; corner += 1) {
    const cx = corner & 1;
    const cy = (corner >> 1) & 1;
    const cz = corner >> 2;
    const xi = x0 + cx;
    const yi = y0 + cy;
    const zi = z0 + cz;
    if (xi < 0 || yi < 0 || zi < 0 || xi >= nx || yi >= ny || zi >= nz) continue;
    const v = source[xi + nx * (yi + ny * zi)] as number;
    const wx = cx ? fx : 1 - fx;
    const wy = cy ? fy : 1 - fy;
    const wz = cz ? fz : 1 - fz;
    out[0] += v * wx * wy * wz;
    out[1] += dx * v * (cx ? wy * wz : -wy * wz);
    out[2] += dy * v * (cy ? wx * wz : -wx * wz);
    out[3] += dz * v * (cz ? wx * wy : -wx * wy);
  }
  // At the last voxel the upper neighbour lies outside: with a clamped edge the slope is the lower one.
  if (outside !== outsideZero) {
    if (dx === 1 && x0 === nx - 1) out[1] = 0;
    if (dy === 1 && y0 === ny - 1) out[2] = 0;
    if (dz === 1 && z0 === nz - 1) out[3] = 0;
  }
}
