// uses: workgroup-reduce
// Sums of a weight over chunks of the volume, one workgroup a chunk.

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let length_chunk = (params.count + groups.x - 1u) / groups.x;
  let end = min((group.x + 1u) * length_chunk, params.count);
  var sum = 0.0;
  for (var i = group.x * length_chunk + lane; i < end; i += WORKGROUP) { sum += weight[i]; }
  let total = workgroup_reduce_sum(lane, sum);
  if (lane == 0u) { partials[group.x] = total; }
}
