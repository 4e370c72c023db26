import type { FloatArray } from '../define-kernel';

/** Pivots below this, of a matrix with ones on its diagonal, are rounding: nothing is known along them. */
const leastPivot = 1e-6;

/**
 * −(H + λ·diag H)⁻¹ g by LDLᵀ of H scaled to ones on its diagonal. A parameter without curvature, or with none that
 * those before it do not have, stays where it is.
 */
export function solveDamped(
  matrix: FloatArray,
  gradient: FloatArray,
  [damping = 0]: FloatArray,
  step: FloatArray,
  count: number,
): void {
  const unit = new Float64Array(count);
  for (let i = 0; i < count; i += 1) {
    const curvature = matrix[i * count + i]!;
    unit[i] = curvature > 0 ? 1 / Math.sqrt(curvature) : 0;
  }
  const lower = new Float64Array(count * count);
  const pivots = new Float64Array(count);
  const x = new Float64Array(count);
  for (let i = 0; i < count; i += 1) {
    let pivot = unit[i]! > 0 ? 1 + damping : 0;
    let value = -gradient[i]! * unit[i]!;
    for (let j = 0; j < i; j += 1) {
      let entry = matrix[i * count + j]! * unit[i]! * unit[j]!;
      for (let k = 0; k < j; k += 1) {
        entry -= lower[i * count + k]! * lower[j * count + k]! * pivots[k]!;
      }
      const l = pivots[j]! > 0 ? entry / pivots[j]! : 0;
      lower[i * count + j] = l;
      pivot -= l * l * pivots[j]!;
      value -= l * x[j]!;
    }
    pivots[i] = pivot > leastPivot ? pivot : 0;
    x[i] = pivots[i]! > 0 ? value : 0;
  }
  for (let i = count - 1; i >= 0; i -= 1) {
    let value = pivots[i]! > 0 ? x[i]! / pivots[i]! : 0;
    if (pivots[i]! > 0) {
      for (let j = i + 1; j < count; j += 1) value -= lower[j * count + i]! * x[j]!;
    }
    x[i] = value;
  }
  for (let i = 0; i < count; i += 1) step[i] = x[i]! * unit[i]!;
}
