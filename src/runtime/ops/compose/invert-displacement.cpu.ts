import type { Vec3 } from '../../../imaging/frames';
import { type FloatArray, type Share, shareOf } from '../define-kernel';

type Planes = readonly [FloatArray, FloatArray, FloatArray];

export interface InvertNumbers {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
  readonly worldFromTarget: readonly number[];
  readonly targetFromWorld: readonly number[];
  readonly evaluations: number;
}

/** Square of the distance from the inverse, in voxels, at which a voxel is done. */
export const closeEnough = 1e-8;
/** Volume that a voxel must keep for Newton's step to be trusted. */
export const leastVolume = 0.02;

/**
 * Solves w + u(x + w) = 0 at every voxel x by Newton's method, halving a step that does not come nearer. Voxels do not
 * know of each other. All is in voxels within; `displacement` and `inverse` are in mm.
 */
export function invertDisplacementOf(
  displacement: Planes,
  inverse: Planes,
  p: InvertNumbers,
  share: Share,
): void {
  const { nx, ny, nz } = p;
  const at = new Float64Array(12);
  const step = new Float64Array(3);
  const [begin, end] = shareOf(ny * nz, share);
  for (let row = begin; row < end; row += 1) {
    const y = row % ny;
    const z = (row - y) / ny;
    let i = row * nx;
    for (let x = 0; x < nx; x += 1, i += 1) {
      let wx = 0;
      let wy = 0;
      let wz = 0;
      let length = 0;
      let left = Infinity;
      step.fill(0);
      for (let k = 0; k < p.evaluations; k += 1) {
        const tx = wx + length * (step[0] as number);
        const ty = wy + length * (step[1] as number);
        const tz = wz + length * (step[2] as number);
        movedBack(displacement, [nx, ny, nz], [x + tx, y + ty, z + tz], p.targetFromWorld, at);
        const rx = tx + (at[0] as number);
        const ry = ty + (at[1] as number);
        const rz = tz + (at[2] as number);
        const distance = rx * rx + ry * ry + rz * rz;
        if (!(distance < left)) {
          length *= 0.5;
          continue;
        }
        wx = tx;
        wy = ty;
        wz = tz;
        left = distance;
        if (left <= closeEnough) break;
        newtonStep(at, rx, ry, rz, step);
        length = 1;
      }
      for (let axis = 0; axis < 3; axis += 1) {
        const m = p.worldFromTarget;
        (inverse[axis] as FloatArray)[i] =
          (m[4 * axis] as number) * wx +
          (m[4 * axis + 1] as number) * wy +
          (m[4 * axis + 2] as number) * wz;
      }
    }
  }
}

/** −(I + ∂u)⁻¹ r, or −r where I + ∂u is about to turn inside out. */
function newtonStep(at: Float64Array, rx: number, ry: number, rz: number, step: Float64Array) {
  const [, , , a0 = 0, b = 0, c = 0, d = 0, e0 = 0, f = 0, g = 0, h = 0, i0 = 0] = at;
  const a = 1 + a0;
  const e = 1 + e0;
  const i = 1 + i0;
  const ca = e * i - f * h;
  const cb = f * g - d * i;
  const cc = d * h - e * g;
  const determinant = a * ca + b * cb + c * cc;
  if (!(determinant > leastVolume)) {
    step[0] = -rx;
    step[1] = -ry;
    step[2] = -rz;
    return;
  }
  const s = -1 / determinant;
  step[0] = s * (ca * rx + (c * h - b * i) * ry + (b * f - c * e) * rz);
  step[1] = s * (cb * rx + (a * i - c * g) * ry + (c * d - a * f) * rz);
  step[2] = s * (cc * rx + (b * g - a * h) * ry + (a * e - b * d) * rz);
}

/**
 * The displacement at a point in voxels, trilinear, its border values going on: `out` gets three components in voxels,
 * then by rows their derivatives per voxel, which are 0 along an axis that has ended.
 */
function movedBack(
  [u0, u1, u2]: Planes,
  [nx, ny, nz]: Vec3,
  [px, py, pz]: Vec3,
  m: readonly number[],
  out: Float64Array,
): void {
  const qx = Math.min(Math.max(px, 0), nx - 1);
  const qy = Math.min(Math.max(py, 0), ny - 1);
  const qz = Math.min(Math.max(pz, 0), nz - 1);
  const x0 = Math.min(qx | 0, Math.max(nx - 2, 0));
  const y0 = Math.min(qy | 0, Math.max(ny - 2, 0));
  const z0 = Math.min(qz | 0, Math.max(nz - 2, 0));
  const fx = qx - x0;
  const fy = qy - y0;
  const fz = qz - z0;
  const toX = nx === 1 ? 0 : 1;
  const toY = ny === 1 ? 0 : nx;
  const toZ = nz === 1 ? 0 : nx * ny;
  const isX = px === qx ? 1 : 0;
  const isY = py === qy ? 1 : 0;
  const isZ = pz === qz ? 1 : 0;
  const a = x0 + nx * (y0 + ny * z0);
  out.fill(0);
  for (let component = 0; component < 3; component += 1) {
    const u = component === 0 ? u0 : component === 1 ? u1 : u2;
    const a0 = u[a] as number;
    const b0 = u[a + toY] as number;
    const c0 = u[a + toZ] as number;
    const d0 = u[a + toY + toZ] as number;
    const ax = (u[a + toX] as number) - a0;
    const bx = (u[a + toX + toY] as number) - b0;
    const cx = (u[a + toX + toZ] as number) - c0;
    const dx = (u[a + toX + toY + toZ] as number) - d0;
    const low = a0 + fx * ax;
    const lowY = b0 + fx * bx - low;
    const high = c0 + fx * cx;
    const highY = d0 + fx * dx - high;
    const lowX = ax + fy * (bx - ax);
    const highX = cx + fy * (dx - cx);
    const value = low + fy * lowY + fz * (high + fy * highY - low - fy * lowY);
    const slopeX = isX * (lowX + fz * (highX - lowX));
    const slopeY = isY * (lowY + fz * (highY - lowY));
    const slopeZ = isZ * (high + fy * highY - low - fy * lowY);
    for (let axis = 0; axis < 3; axis += 1) {
      const factor = m[4 * axis + component] as number;
      const slopes = 3 + 3 * axis;
      out[axis] = (out[axis] as number) + factor * value;
      out[slopes] = (out[slopes] as number) + factor * slopeX;
      out[slopes + 1] = (out[slopes + 1] as number) + factor * slopeY;
      out[slopes + 2] = (out[slopes + 2] as number) + factor * slopeZ;
    }
  }
}
