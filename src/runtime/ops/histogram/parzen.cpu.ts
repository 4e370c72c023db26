/** e⁻² and e⁻⁸: what the Gaussian of σ = ½ bin is one and two bins away. */
const oneAway = Math.exp(-2);
const twoAway = Math.exp(-8);

/**
 * Weights of a voxel over four neighbouring bins, for both windows of `ParzenWindow`.
 * @param f distance of the intensity from the second of the four bins, 0 to 1 bin
 * @param weights gets four numbers, whose sum is 1
 */
export function parzenWeights(f: number, gaussian: boolean, weights: Float64Array): void {
  if (gaussian) {
    const q = Math.exp(4 * f);
    const peak = Math.exp(-2 * f * f);
    const w0 = (peak * oneAway) / q - twoAway;
    const w1 = peak - twoAway;
    const w2 = peak * oneAway * q - twoAway;
    const w3 = peak * twoAway * q * q - twoAway;
    const factor = 1 / (w0 + w1 + w2 + w3);
    weights[0] = w0 * factor;
    weights[1] = w1 * factor;
    weights[2] = w2 * factor;
    weights[3] = w3 * factor;
    return;
  }
  const g = 1 - f;
  const w0 = (g * g * g) / 6;
  const w3 = (f * f * f) / 6;
  const w1 = 2 / 3 - f * f + 3 * w3;
  weights[0] = w0;
  weights[1] = w1;
  weights[2] = 1 - w0 - w1 - w3;
  weights[3] = w3;
}

/** Derivatives of `parzenWeights` by `f`, per bin. */
export function parzenSlopes(f: number, gaussian: boolean, slopes: Float64Array): void {
  if (gaussian) {
    const q = Math.exp(4 * f);
    const peak = Math.exp(-2 * f * f);
    const g0 = (peak * oneAway) / q;
    const g2 = peak * oneAway * q;
    const g3 = peak * twoAway * q * q;
    const d0 = -4 * (f + 1) * g0;
    const d1 = -4 * f * peak;
    const d2 = -4 * (f - 1) * g2;
    const d3 = -4 * (f - 2) * g3;
    // The windows are divided by their sum, which has a slope too.
    const factor = 1 / (g0 + peak + g2 + g3 - 4 * twoAway);
    const slope = (d0 + d1 + d2 + d3) * factor;
    slopes[0] = (d0 - slope * (g0 - twoAway)) * factor;
    slopes[1] = (d1 - slope * (peak - twoAway)) * factor;
    slopes[2] = (d2 - slope * (g2 - twoAway)) * factor;
    slopes[3] = (d3 - slope * (g3 - twoAway)) * factor;
    return;
  }
  const d3 = 0.5 * f * f;
  const d0 = f - 0.5 - d3;
  const d1 = 3 * d3 - 2 * f;
  slopes[0] = d0;
  slopes[1] = d1;
  slopes[2] = -d0 - d1 - d3;
  slopes[3] = d3;
}
