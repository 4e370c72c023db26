// uses: workgroup-reduce
// largest[chunk] = largest magnitude of the cotangent in a chunk.

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  var magnitude = 0.0;
  let count = arrayLength(&cotangent);
  for (var i = group.x * WORKGROUP + lane; i < count; i += groups.x * WORKGROUP) {
    magnitude = max(magnitude, abs(cotangent[i]));
  }
  let of_chunk = workgroup_reduce_max(lane, magnitude);
  if (lane == 0u) {
    largest[group.x] = of_chunk;
  }
}
