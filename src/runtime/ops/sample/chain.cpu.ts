import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { chunkLength, reductionChunks } from '../reduction';
import { pointMap } from './point-map';

type Planes = readonly [FloatArray, FloatArray, FloatArray];

export interface ChainNumbers {
  readonly worldFromTarget: readonly number[];
  readonly sourceFromWorld: readonly number[];
  readonly transformed: number;
}

/** (S·A)ᵀ · (cotangent · derivative), voxel by voxel: the gradient in mm of displacement; `value` may be the derivative. */
export function chainToDisplacement(
  cotangent: FloatArray,
  derivative: Planes,
  affine: FloatArray | undefined,
  value: Planes,
  p: ChainNumbers,
  share: Share,
): void {
  const map = pointMap(p, affine);
  const d00 = map[12] as number;
  const d01 = map[13] as number;
  const d02 = map[14] as number;
  const d10 = map[15] as number;
  const d11 = map[16] as number;
  const d12 = map[17] as number;
  const d20 = map[18] as number;
  const d21 = map[19] as number;
  const d22 = map[20] as number;
  const [dX, dY, dZ] = derivative;
  const [vX, vY, vZ] = value;
  const [begin, end] = shareOf(cotangent.length, share);
  for (let i = begin; i < end; i += 1) {
    const g = cotangent[i] as number;
    const gx = g * (dX[i] as number);
    const gy = g * (dY[i] as number);
    const gz = g * (dZ[i] as number);
    vX[i] = d00 * gx + d10 * gy + d20 * gz;
    vY[i] = d01 * gx + d11 * gy + d21 * gz;
    vZ[i] = d02 * gx + d12 * gy + d22 * gz;
  }
}

export interface AffineSumNumbers {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
  readonly worldFromTarget: readonly number[];
  readonly displaced: number;
}

/**
 * Sums of cotangent·derivativeᵢ·yⱼ over a chunk, y = (x + u, 1) in mm: 12 numbers a chunk, still
 * along the axes of the source voxels.
 */
export function affinePartials(
  cotangent: FloatArray,
  derivative: Planes,
  displacement: Planes | undefined,
  partials: FloatArray,
  p: AffineSumNumbers,
  share: Share,
): void {
  const w = p.worldFromTarget;
  const [dX, dY, dZ] = derivative;
  const total = p.nx * p.ny * p.nz;
  const length = chunkLength(total);
  const [firstChunk, endChunk] = shareOf(reductionChunks(total), share);
  for (let chunk = firstChunk; chunk < endChunk; chunk += 1) {
    const begin = Math.min(chunk * length, total);
    const end = Math.min(begin + length, total);
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let s4 = 0;
    let s5 = 0;
    let s6 = 0;
    let s7 = 0;
    let s8 = 0;
    let s9 = 0;
    let s10 = 0;
    let s11 = 0;
    let x = begin % p.nx;
    let y = Math.floor(begin / p.nx) % p.ny;
    let z = Math.floor(begin / (p.nx * p.ny));
    for (let i = begin; i < end; i += 1) {
      const g = cotangent[i] as number;
      let wx =
        (w[0] as number) * x + (w[1] as number) * y + (w[2] as number) * z + (w[3] as number);
      let wy =
        (w[4] as number) * x + (w[5] as number) * y + (w[6] as number) * z + (w[7] as number);
      let wz =
        (w[8] as number) * x + (w[9] as number) * y + (w[10] as number) * z + (w[11] as number);
      if (displacement !== undefined) {
        wx += displacement[0][i] as number;
        wy += displacement[1][i] as number;
        wz += displacement[2][i] as number;
      }
      const gx = g * (dX[i] as number);
      const gy = g * (dY[i] as number);
      const gz = g * (dZ[i] as number);
      s0 += gx * wx;
      s1 += gx * wy;
      s2 += gx * wz;
      s3 += gx;
      s4 += gy * wx;
      s5 += gy * wy;
      s6 += gy * wz;
      s7 += gy;
      s8 += gz * wx;
      s9 += gz * wy;
      s10 += gz * wz;
      s11 += gz;
      x += 1;
      if (x === p.nx) {
        x = 0;
        y += 1;
        if (y === p.ny) {
          y = 0;
          z += 1;
        }
      }
    }
    partials.set([s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11], chunk * 12);
  }
}

/** Adds the chunks in order and turns source-voxel rows into world rows: Sᵀ · sums. */
export function affineFromPartials(
  partials: FloatArray,
  value: FloatArray,
  p: { readonly sourceFromWorld: readonly number[]; readonly chunks: number },
): void {
  const sums = new Float64Array(12);
  for (let chunk = 0; chunk < p.chunks; chunk += 1) {
    for (let i = 0; i < 12; i += 1) {
      sums[i] = (sums[i] as number) + (partials[chunk * 12 + i] as number);
    }
  }
  for (let row = 0; row < 3; row += 1) {
    for (let column = 0; column < 4; column += 1) {
      let sum = 0;
      for (let k = 0; k < 3; k += 1) {
        sum += (p.sourceFromWorld[k * 4 + row] as number) * (sums[k * 4 + column] as number);
      }
      value[row * 4 + column] = sum;
    }
  }
}
