// uses: workgroup-reduce
// Sums of [ω ·] f², w² and f·w over chunks of the volume, one workgroup a chunk, where f and w are the
// images less their means: squares of values with a large mean would drown it in float32.

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let length_chunk = (params.count + groups.x - 1u) / groups.x;
  let end = min((group.x + 1u) * length_chunk, params.count);
  var sum = vec3<f32>(0.0);
  for (var i = group.x * length_chunk + lane; i < end; i += WORKGROUP) {
    let f = fixed[i] - means[0];
    let w = warped[i] - means[1];
    var counted = 1.0;
    if (params.weighted != 0u) { counted = weight[i]; }
    sum += counted * vec3<f32>(f * f, w * w, f * w);
  }
  let variance_fixed = workgroup_reduce_sum(lane, sum.x);
  let variance_warped = workgroup_reduce_sum(lane, sum.y);
  let covariance = workgroup_reduce_sum(lane, sum.z);
  if (lane == 0u) {
    partials[group.x] = variance_fixed;
    partials[groups.x + group.x] = variance_warped;
    partials[2u * groups.x + group.x] = covariance;
  }
}
