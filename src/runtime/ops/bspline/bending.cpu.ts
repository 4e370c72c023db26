import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { gramBand, gramReach } from './gram.cpu';

type Planes = readonly [FloatArray, FloatArray, FloatArray];

interface ControlSize {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
}

/** Gram matrices of one axis: values, first and second derivatives, as rows of seven. */
type AxisGrams = readonly [FloatArray, FloatArray, FloatArray];

/**
 * The coefficients times the matrix of the bending energy, a sum of products of Gram matrices along the axes:
 * ⟨xx⟩ + ⟨yy⟩ + ⟨zz⟩ + 2 (⟨xy⟩ + ⟨xz⟩ + ⟨yz⟩). Axis by axis; slices of control points are shared out.
 */
export function bendingProduct(
  coefficients: Planes,
  grams: FloatArray,
  product: Planes,
  { nx, ny, nz }: ControlSize,
  share: Share,
): void {
  const [gx, gy, gz] = gramsOf(grams, [nx, ny, nz]) as [AxisGrams, AxisGrams, AxisGrams];
  const [first, end] = shareOf(nz, share);
  if (first >= end) return;
  const [low, high] = [Math.max(0, first - gramReach), Math.min(nz, end + gramReach)];
  const slice = nx * ny;
  const alongX = [0, 1, 2].map(() => new Float64Array(slice)) as unknown as Three;
  const alongY = [0, 1, 2].map(() => new Float64Array(slice * (high - low))) as unknown as Three;
  coefficients.forEach((plane, component) => {
    for (let z = low; z < high; z += 1) {
      for (const m of [0, 1, 2] as const) {
        for (let y = 0; y < ny; y += 1)
          rowTimesGram(plane, (z * ny + y) * nx, nx, gx[m], alongX[m], y * nx);
      }
      sliceTimesGrams(alongX, nx, ny, gy, alongY, (z - low) * slice);
    }
    const out = product[component]!;
    for (let z = first; z < end; z += 1) {
      const [from, to] = [Math.max(0, z - gramReach), Math.min(nz, z + gramReach + 1)];
      for (let i = 0; i < slice; i += 1) {
        let sum = 0;
        for (let other = from; other < to; other += 1) {
          const at = z * gramBand + gramReach + other - z;
          const there = (other - low) * slice + i;
          sum +=
            gz[0][at]! * alongY[0][there]! +
            gz[1][at]! * alongY[1][there]! +
            gz[2][at]! * alongY[2][there]!;
        }
        out[z * slice + i] = sum;
      }
    }
  });
}

type Three = readonly [Float64Array, Float64Array, Float64Array];

function gramsOf(grams: FloatArray, controls: readonly number[]): readonly AxisGrams[] {
  let begin = 0;
  return controls.map((count) =>
    [0, 1, 2].map(() => {
      begin += count * gramBand;
      return grams.subarray(begin - count * gramBand, begin);
    }),
  ) as unknown as readonly AxisGrams[];
}

function rowTimesGram(
  source: FloatArray,
  sourceBegin: number,
  length: number,
  gram: FloatArray,
  target: Float64Array,
  targetBegin: number,
): void {
  for (let x = 0; x < length; x += 1) {
    const [from, to] = [Math.max(0, x - gramReach), Math.min(length, x + gramReach + 1)];
    let sum = 0;
    for (let other = from; other < to; other += 1) {
      sum += gram[x * gramBand + gramReach + other - x]! * source[sourceBegin + other]!;
    }
    target[targetBegin + x] = sum;
  }
}

/** Along y, added up by the derivative that is still to be taken along z: none, the first, the second. */
function sliceTimesGrams(
  [x0, x1, x2]: Three,
  nx: number,
  ny: number,
  [g0, g1, g2]: AxisGrams,
  [z0, z1, z2]: Three,
  begin: number,
): void {
  for (let y = 0; y < ny; y += 1) {
    const [from, to] = [Math.max(0, y - gramReach), Math.min(ny, y + gramReach + 1)];
    for (let x = 0; x < nx; x += 1) {
      let [none, once, twice] = [0, 0, 0];
      for (let other = from; other < to; other += 1) {
        const at = y * gramBand + gramReach + other - y;
        const there = other * nx + x;
        const [a0, a1, a2] = [x0[there]!, x1[there]!, x2[there]!];
        none += g0[at]! * a2 + 2 * g1[at]! * a1 + g2[at]! * a0;
        once += 2 * (g0[at]! * a1 + g1[at]! * a0);
        twice += g0[at]! * a0;
      }
      const here = begin + y * nx + x;
      z0[here] = none;
      z1[here] = once;
      z2[here] = twice;
    }
  }
}
