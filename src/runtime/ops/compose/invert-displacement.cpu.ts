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
const closeEnough = 1e-8;
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
  const { nx, ny, nz, worldFromTarget: w, targetFromWorld: t } = p;
  const m = (i: number): number => t[i] as number;
  const [m00, m01, m02] = [m(0), m(1), m(2)] as const;
  const [m10, m11, m12] = [m(4), m(5), m(6)] as const;
  const [m20, m21, m22] = [m(8), m(9), m(10)] as const;
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
        readField(displacement, nx, ny, nz, x + tx, y + ty, z + tz, at);
        const ux = at[0] as number;
        const uy = at[4] as number;
        const uz = at[8] as number;
        const rx = tx + m00 * ux + m01 * uy + m02 * uz;
        const ry = ty + m10 * ux + m11 * uy + m12 * uz;
        const rz = tz + m20 * ux + m21 * uy + m22 * uz;
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
        newtonStep(at, t, rx, ry, rz, step);
        length = 1;
      }
      for (let axis = 0; axis < 3; axis += 1) {
        (inverse[axis] as FloatArray)[i] =
          (w[4 * axis] as number) * wx +
          (w[4 * axis + 1] as number) * wy +
          (w[4 * axis + 2] as number) * wz;
      }
    }
  }
}

/** −(I + M ∂u)⁻¹ r, or −r where that is about to turn inside out. */
function newtonStep(
  at: Float64Array,
  m: readonly number[],
  rx: number,
  ry: number,
  rz: number,
  step: Float64Array,
): void {
  const slope = (row: number, axis: number): number =>
    (m[4 * row] as number) * (at[1 + axis] as number) +
    (m[4 * row + 1] as number) * (at[5 + axis] as number) +
    (m[4 * row + 2] as number) * (at[9 + axis] as number);
  const a = 1 + slope(0, 0);
  const b = slope(0, 1);
  const c = slope(0, 2);
  const d = slope(1, 0);
  const e = 1 + slope(1, 1);
  const f = slope(1, 2);
  const g = slope(2, 0);
  const h = slope(2, 1);
  const i = 1 + slope(2, 2);
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
 * A field at a point in voxels, trilinear, its border values going on. `out` gets for each component its value and its
 * derivatives per voxel along x, y and z, which are 0 along an axis that has ended.
 */
function readField(
  planes: Planes,
  nx: number,
  ny: number,
  nz: number,
  px: number,
  py: number,
  pz: number,
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
  const isX = px === qx ? 1 : 0;
  const isY = py === qy ? 1 : 0;
  const isZ = pz === qz ? 1 : 0;
  const a = x0 + nx * (y0 + ny * z0);
  const b = a + (ny === 1 ? 0 : nx);
  const c = a + (nz === 1 ? 0 : nx * ny);
  const d = b + c - a;
  for (let component = 0; component < 3; component += 1) {
    const u = planes[component] as FloatArray;
    const a0 = u[a] as number;
    const b0 = u[b] as number;
    const c0 = u[c] as number;
    const d0 = u[d] as number;
    const ax = (u[a + toX] as number) - a0;
    const bx = (u[b + toX] as number) - b0;
    const cx = (u[c + toX] as number) - c0;
    const dx = (u[d + toX] as number) - d0;
    const low = a0 + fx * ax;
    const lowY = b0 + fx * bx - low;
    const high = c0 + fx * cx;
    const highY = d0 + fx * dx - high;
    const lowX = ax + fy * (bx - ax);
    const highX = cx + fy * (dx - cx);
    const below = low + fy * lowY;
    const rise = high + fy * highY - below;
    const k = 4 * component;
    out[k] = below + fz * rise;
    out[k + 1] = isX * (lowX + fz * (highX - lowX));
    out[k + 2] = isY * (lowY + fz * (highY - lowY));
    out[k + 3] = isZ * rise;
  }
}
