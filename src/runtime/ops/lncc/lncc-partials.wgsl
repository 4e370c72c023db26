// uses: workgroup-reduce
// Sums of [weight ·] cc = A² / (B·C) over chunks of the volume, one workgroup a chunk; variances B and C are
// clamped at epsilon.

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let length_chunk = (params.count + groups.x - 1u) / groups.x;
  let end = min((group.x + 1u) * length_chunk, params.count);
  var sum = 0.0;
  for (var i = group.x * length_chunk + lane; i < end; i += WORKGROUP) {
    let f = meanFixed[i];
    let w = meanWarped[i];
    let covariance = meanProduct[i] - f * w;
    let variance_fixed = max(meanFixedSquared[i] - f * f, params.epsilon);
    let variance_warped = max(meanWarpedSquared[i] - w * w, params.epsilon);
    // Divided one by one: the product of two variances can leave the range of float32.
    let cc = (covariance / variance_fixed) * (covariance / variance_warped);
    if (params.weighted != 0u) { sum += weight[i] * cc; } else { sum += cc; }
  }
  let total = workgroup_reduce_sum(lane, sum);
  if (lane == 0u) { partials[group.x] = total; }
}
