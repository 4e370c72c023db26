// uses: workgroup-reduce
// Sums of F and of W over chunks of the volume, one workgroup a chunk: quantities 0 and 1. With a weight
// those of ω·F and ω·W, and the sum of ω as quantity 2.

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let length_chunk = (params.count + groups.x - 1u) / groups.x;
  let end = min((group.x + 1u) * length_chunk, params.count);
  var sum = vec2<f32>(0.0);
  var sum_weights = 0.0;
  for (var i = group.x * length_chunk + lane; i < end; i += WORKGROUP) {
    var counted = 1.0;
    if (params.weighted != 0u) { counted = weight[i]; }
    sum += counted * vec2<f32>(fixed[i], warped[i]);
    sum_weights += counted;
  }
  let sum_fixed = workgroup_reduce_sum(lane, sum.x);
  let sum_warped = workgroup_reduce_sum(lane, sum.y);
  let weights = workgroup_reduce_sum(lane, sum_weights);
  if (lane == 0u) {
    partials[group.x] = sum_fixed;
    partials[groups.x + group.x] = sum_warped;
    if (params.weighted != 0u) { partials[2u * groups.x + group.x] = weights; }
  }
}
