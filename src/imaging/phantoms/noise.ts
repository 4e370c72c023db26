import { hashBits } from './random';

/** A value and its three derivatives, written by `latticeNoise` and owned by the caller. */
export interface NoiseSample {
  value: number;
  dx: number;
  dy: number;
  dz: number;
}

/** A sample to write into; one for each loop, so that a loop over voxels allocates nothing. */
export function createNoiseSample(): NoiseSample {
  return { value: 0, dx: 0, dy: 0, dz: 0 };
}

/**
 * Smooth noise on the integer lattice, with its gradient.
 *
 * Every lattice point carries a random value and a random slope, blended by the quintic
 * 6t⁵ − 15t⁴ + 10t³ (Perlin, "Improving noise", 2002, doi:10.1145/566654.566636). The random value
 * keeps the zero set away from the lattice points, where pure gradient noise always vanishes. Values
 * lie within about ±1 and are twice continuously differentiable.
 */
export function latticeNoise(
  x: number,
  y: number,
  z: number,
  seed: number,
  out: NoiseSample,
): NoiseSample {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const iz = Math.floor(z);
  const fx = x - ix;
  const fy = y - iy;
  const fz = z - iz;
  const wx = fx * fx * fx * (fx * (fx * 6 - 15) + 10);
  const wy = fy * fy * fy * (fy * (fy * 6 - 15) + 10);
  const wz = fz * fz * fz * (fz * (fz * 6 - 15) + 10);
  const sx = 30 * fx * fx * (fx - 1) * (fx - 1);
  const sy = 30 * fy * fy * (fy - 1) * (fy - 1);
  const sz = 30 * fz * fz * (fz - 1) * (fz - 1);
  let value = 0;
  let dx = 0;
  let dy = 0;
  let dz = 0;
  for (let corner = 0; corner < 8; corner += 1) {
    const cx = corner & 1;
    const cy = (corner >> 1) & 1;
    const cz = corner >> 2;
    const bits = hashBits(ix + cx, iy + cy, iz + cz, seed);
    const gx = ((bits & 255) - 127.5) / 127.5;
    const gy = (((bits >>> 8) & 255) - 127.5) / 127.5;
    const gz = (((bits >>> 16) & 255) - 127.5) / 127.5;
    const height = ((bits >>> 24) - 127.5) / 420 + gx * (fx - cx) + gy * (fy - cy) + gz * (fz - cz);
    const bx = cx === 1 ? wx : 1 - wx;
    const by = cy === 1 ? wy : 1 - wy;
    const bz = cz === 1 ? wz : 1 - wz;
    const weight = bx * by * bz;
    value += weight * height;
    dx += weight * gx + (cx === 1 ? sx : -sx) * by * bz * height;
    dy += weight * gy + (cy === 1 ? sy : -sy) * bx * bz * height;
    dz += weight * gz + (cz === 1 ? sz : -sz) * bx * by * height;
  }
  out.value = value;
  out.dx = dx;
  out.dy = dy;
  out.dz = dz;
  return out;
}
