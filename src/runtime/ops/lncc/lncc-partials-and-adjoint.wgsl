// uses: local-correlation workgroup-reduce
// Sums of [weight ·] cc over chunks of the volume, one workgroup a chunk, and the cotangents of the window means of
// W, W² and F·W, written over those means; loss = −mean(cc).

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let length_chunk = (params.count + groups.x - 1u) / groups.x;
  let end = min((group.x + 1u) * length_chunk, params.count);
  let scale = -cotangent[0] / f32(params.count);
  var sum = 0.0;
  for (var i = group.x * length_chunk + lane; i < end; i += WORKGROUP) {
    var counted = 1.0;
    if (params.weighted != 0u) { counted = weight[i]; }
    let f = meanFixed[i];
    let w = meanWarped[i];
    let parts = local_correlation_parts(f, meanFixedSquared[i], w, meanWarpedSquared[i], meanProduct[i]);
    sum += counted * local_correlation_value(parts);
    let cotangents = local_correlation_cotangents(parts, f, w, counted * scale);
    meanWarped[i] = cotangents.x;
    meanWarpedSquared[i] = cotangents.y;
    meanProduct[i] = cotangents.z;
  }
  let total = workgroup_reduce_sum(lane, sum);
  if (lane == 0u) { partials[group.x] = total; }
}
