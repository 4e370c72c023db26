// Cotangents of the window means of W, W² and F·W, written over those means:
// ∂cc/∂A = 2A/(B·C), ∂cc/∂C = −A²/(B·C²), which is 0 where C was clamped; loss = −mean(cc).

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.count) { return; }
  var scale = -cotangent[0] / f32(params.count);
  if (params.weighted != 0u) { scale *= weight[i]; }
  let f = meanFixed[i];
  let w = meanWarped[i];
  let covariance = meanProduct[i] - f * w;
  let variance_fixed = max(meanFixedSquared[i] - f * f, params.epsilon);
  let raw_variance_warped = meanWarpedSquared[i] - w * w;
  let variance_warped = max(raw_variance_warped, params.epsilon);
  let by_covariance = 2.0 * scale * (covariance / variance_fixed) / variance_warped;
  var by_variance = 0.0;
  if (raw_variance_warped >= params.epsilon) {
    by_variance = -0.5 * by_covariance * (covariance / variance_warped);
  }
  meanWarped[i] = -f * by_covariance - 2.0 * w * by_variance;
  meanWarpedSquared[i] = by_variance;
  meanProduct[i] = by_covariance;
}
