import { applyMatrix, type Matrix3x4, multiplyMatrices } from '../../../imaging/frames';
import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { chunkLength, reductionChunks } from '../reduction';
import { outsideZero, sampleAtEdge } from '../sample/trilinear.cpu';

/** Where rays begin and end, and what they pass. */
export interface RayNumbers {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
  readonly sourceNx: number;
  readonly sourceNy: number;
  readonly sourceNz: number;
  readonly worldFromTarget: readonly number[];
  readonly sourceFromWorld: readonly number[];
  readonly focusX: number;
  readonly focusY: number;
  readonly focusZ: number;
  readonly stepMm: number;
}

/** A ray in voxels of the source, `at + perMm · τ` at τ mm from the focus, and which of its samples can meet the source. */
interface Ray {
  readonly at: Float64Array;
  readonly perMm: Float64Array;
  lengthMm: number;
  first: number;
  end: number;
}

/** Lines that run along an axis to this many voxels per mm never cross it. */
const parallel = 1e-9;

/** Gives the rays one by one, each in the same record. */
function raysOf(p: RayNumbers, affine: FloatArray | undefined): (index: number) => Ray {
  const target = p.worldFromTarget as unknown as Matrix3x4;
  const fromWorld = p.sourceFromWorld as unknown as Matrix3x4;
  const source = affine
    ? multiplyMatrices(fromWorld, [...affine] as unknown as Matrix3x4)
    : fromWorld;
  const focus = [p.focusX, p.focusY, p.focusZ] as const;
  const size = [p.sourceNx, p.sourceNy, p.sourceNz];
  const ray: Ray = {
    at: Float64Array.from(applyMatrix(source, focus)),
    perMm: new Float64Array(3),
    lengthMm: 0,
    first: 0,
    end: 0,
  };
  return (index) => {
    const voxel = [
      index % p.nx,
      Math.floor(index / p.nx) % p.ny,
      Math.floor(index / (p.nx * p.ny)),
    ] as const;
    const to = applyMatrix(target, voxel);
    const lengthMm = Math.hypot(to[0] - focus[0], to[1] - focus[1], to[2] - focus[2]);
    const end = applyMatrix(source, to);
    let enter = 0;
    let leave = lengthMm;
    for (let axis = 0; axis < 3; axis += 1) {
      const at = ray.at[axis] as number;
      const perMm = ((end[axis] as number) - at) / lengthMm;
      const length = size[axis] as number;
      ray.perMm[axis] = perMm;
      if (Math.abs(perMm) < parallel) {
        if (at <= -1 || at >= length) leave = -1;
        continue;
      }
      const one = (-1 - at) / perMm;
      const other = (length - at) / perMm;
      enter = Math.max(enter, Math.min(one, other));
      leave = Math.min(leave, Math.max(one, other));
    }
    ray.lengthMm = lengthMm;
    ray.first = leave > enter ? Math.ceil(enter / p.stepMm - 0.5) : 0;
    ray.end = leave > enter ? Math.floor(leave / p.stepMm - 0.5) + 1 : 0;
    return ray;
  };
}

/** Sums of a volume along rays, times the length of a step, as the op says. */
export function projected(
  volume: FloatArray,
  affine: FloatArray | undefined,
  value: FloatArray,
  p: RayNumbers,
  share: Share,
): void {
  const rayTo = raysOf(p, affine);
  const { sourceNx: nx, sourceNy: ny, sourceNz: nz } = p;
  const plane = nx * ny;
  const sampled = new Float64Array(4);
  const [begin, end] = shareOf(value.length, share);
  for (let i = begin; i < end; i += 1) {
    const { at, perMm, first, end: last } = rayTo(i);
    const ax = at[0] as number;
    const ay = at[1] as number;
    const az = at[2] as number;
    const gx = perMm[0] as number;
    const gy = perMm[1] as number;
    const gz = perMm[2] as number;
    let sum = 0;
    for (let k = first; k < last; k += 1) {
      const distance = (k + 0.5) * p.stepMm;
      const x = ax + distance * gx;
      const y = ay + distance * gy;
      const z = az + distance * gz;
      if (!(x >= 0 && y >= 0 && z >= 0 && x < nx - 1 && y < ny - 1 && z < nz - 1)) {
        sampleAtEdge(volume, nx, ny, nz, x, y, z, outsideZero, sampled);
        sum += sampled[0] as number;
        continue;
      }
      const x0 = Math.floor(x);
      const y0 = Math.floor(y);
      const z0 = Math.floor(z);
      const fx = x - x0;
      const fy = y - y0;
      const fz = z - z0;
      const o = x0 + nx * (y0 + ny * z0);
      const v000 = volume[o] as number;
      const v010 = volume[o + nx] as number;
      const v001 = volume[o + plane] as number;
      const v011 = volume[o + plane + nx] as number;
      const v00 = v000 + fx * ((volume[o + 1] as number) - v000);
      const v10 = v010 + fx * ((volume[o + nx + 1] as number) - v010);
      const v01 = v001 + fx * ((volume[o + plane + 1] as number) - v001);
      const v11 = v011 + fx * ((volume[o + plane + nx + 1] as number) - v011);
      const v0 = v00 + fy * (v10 - v00);
      sum += v0 + fz * (v01 + fy * (v11 - v01) - v0);
    }
    value[i] = p.stepMm * sum;
  }
}

/**
 * What a shift of a ray's ends says of its sum: h Σ w ∇V along the axes of the source, per voxel of it, with w = τ/L, the share of the
 * end at the detector (planes 0 to 2), and w = 1 − τ/L, that of the focus (planes 3 to 5).
 */
export function projectionSlopes(
  volume: FloatArray,
  affine: FloatArray | undefined,
  slopes: FloatArray,
  p: RayNumbers,
  share: Share,
): void {
  const rayTo = raysOf(p, affine);
  const count = p.nx * p.ny * p.nz;
  const sampled = new Float64Array(4);
  const sums = new Float64Array(6);
  const [begin, end] = shareOf(count, share);
  for (let i = begin; i < end; i += 1) {
    const { at, perMm, lengthMm, first, end: last } = rayTo(i);
    const ax = at[0] as number;
    const ay = at[1] as number;
    const az = at[2] as number;
    const gx = perMm[0] as number;
    const gy = perMm[1] as number;
    const gz = perMm[2] as number;
    sums.fill(0);
    for (let k = first; k < last; k += 1) {
      const distance = (k + 0.5) * p.stepMm;
      sampleAtEdge(
        volume,
        p.sourceNx,
        p.sourceNy,
        p.sourceNz,
        ax + distance * gx,
        ay + distance * gy,
        az + distance * gz,
        outsideZero,
        sampled,
      );
      const far = distance / lengthMm;
      for (let axis = 0; axis < 3; axis += 1) {
        const slope = sampled[1 + axis] as number;
        sums[axis] = (sums[axis] as number) + far * slope;
        sums[3 + axis] = (sums[3 + axis] as number) + (1 - far) * slope;
      }
    }
    for (let plane = 0; plane < 6; plane += 1) {
      slopes[plane * count + i] = p.stepMm * (sums[plane] as number);
    }
  }
}

/** Sums of cotangent · (far ⊗ (d, 1) + near ⊗ (s, 1)) over chunks, d the voxel and s the focus in mm: 12 numbers a chunk. */
export function projectionPartials(
  cotangent: FloatArray,
  slopes: FloatArray,
  partials: FloatArray,
  p: Omit<RayNumbers, 'sourceNx' | 'sourceNy' | 'sourceNz' | 'sourceFromWorld' | 'stepMm'>,
  share: Share,
): void {
  const total = p.nx * p.ny * p.nz;
  const length = chunkLength(total);
  const target = p.worldFromTarget as unknown as Matrix3x4;
  const focus = [p.focusX, p.focusY, p.focusZ, 1];
  const sums = new Float64Array(12);
  const [firstChunk, endChunk] = shareOf(reductionChunks(total), share);
  for (let chunk = firstChunk; chunk < endChunk; chunk += 1) {
    sums.fill(0);
    const begin = Math.min(chunk * length, total);
    const end = Math.min(begin + length, total);
    for (let i = begin; i < end; i += 1) {
      const voxel = [i % p.nx, Math.floor(i / p.nx) % p.ny, Math.floor(i / (p.nx * p.ny))] as const;
      const detector = [...applyMatrix(target, voxel), 1];
      const by = cotangent[i] as number;
      for (let row = 0; row < 3; row += 1) {
        const far = by * (slopes[row * total + i] as number);
        const near = by * (slopes[(3 + row) * total + i] as number);
        for (let column = 0; column < 4; column += 1) {
          sums[4 * row + column] =
            (sums[4 * row + column] as number) +
            far * (detector[column] as number) +
            near * (focus[column] as number);
        }
      }
    }
    partials.set(sums, chunk * 12);
  }
}
