import { type FloatArray, type Share, shareOf } from '../define-kernel';

/**
 * Four random integers of 32 bits as a function of four integers, in `out`; equal bit for bit to
 * `wgsl/random.wgsl`. pcg4d of Jarzynski and Olano: Hash Functions for GPU Rendering, 2020 (JCGT 9(3)).
 */
export function randomIntegers(
  first: number,
  second: number,
  third: number,
  fourth: number,
  out: Uint32Array,
): void {
  let x = (Math.imul(first, 1664525) + 1013904223) | 0;
  let y = (Math.imul(second, 1664525) + 1013904223) | 0;
  let z = (Math.imul(third, 1664525) + 1013904223) | 0;
  let w = (Math.imul(fourth, 1664525) + 1013904223) | 0;
  for (let round = 0; ; round += 1) {
    x = (x + Math.imul(y, w)) | 0;
    y = (y + Math.imul(z, x)) | 0;
    z = (z + Math.imul(x, y)) | 0;
    w = (w + Math.imul(y, z)) | 0;
    if (round === 1) break;
    x ^= x >>> 16;
    y ^= y >>> 16;
    z ^= z >>> 16;
    w ^= w >>> 16;
  }
  out[0] = x;
  out[1] = y;
  out[2] = z;
  out[3] = w;
}

/** Upper 24 bits as a multiple of 2⁻²⁴ in [0, 1): exact in float32. */
export function uniformOf(bits: number): number {
  return (bits >>> 8) * 2 ** -24;
}

/** Three numbers in [0, 1) for each index. Indices are shared out; what a number is hangs on its index alone. */
export function drawUniform(
  value: readonly [FloatArray, FloatArray, FloatArray],
  iteration: number,
  p: { readonly count: number; readonly seed: number; readonly stream: number },
  share: Share,
): void {
  const [x, y, z] = value;
  const bits = new Uint32Array(4);
  const [begin, end] = shareOf(p.count, share);
  for (let i = begin; i < end; i += 1) {
    randomIntegers(p.seed, p.stream, iteration, i, bits);
    x[i] = uniformOf(bits[0] as number);
    y[i] = uniformOf(bits[1] as number);
    z[i] = uniformOf(bits[2] as number);
  }
}
