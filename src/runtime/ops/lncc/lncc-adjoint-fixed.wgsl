// Cotangents of the window means of F and F²: ∂cc/∂A = 2A/(B·C), ∂cc/∂B = −A²/(B²·C), which is 0
// where B was clamped; loss = −mean(cc).

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.count) { return; }
  let scale = -cotangent[0] / f32(params.count);
  let f = meanFixed[i];
  let w = meanWarped[i];
  let covariance = meanProduct[i] - f * w;
  let raw_variance_fixed = meanFixedSquared[i] - f * f;
  let variance_fixed = max(raw_variance_fixed, params.epsilon);
  let variance_warped = max(meanWarpedSquared[i] - w * w, params.epsilon);
  let by_covariance = 2.0 * scale * (covariance / variance_fixed) / variance_warped;
  var by_variance = 0.0;
  if (raw_variance_fixed >= params.epsilon) {
    by_variance = -0.5 * by_covariance * (covariance / variance_fixed);
  }
  cotangentMean[i] = -w * by_covariance - 2.0 * f * by_variance;
  cotangentMeanSquared[i] = by_variance;
}
