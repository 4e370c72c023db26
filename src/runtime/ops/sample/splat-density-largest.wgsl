// uses: workgroup-reduce
// density[chunk] = largest of the summed weights in a chunk of the source, in levels; sums = 0 for
// what comes next.

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  var largest = 0;
  let count = arrayLength(&sums);
  for (var i = group.x * WORKGROUP + lane; i < count; i += groups.x * WORKGROUP) {
    largest = max(largest, atomicExchange(&sums[i], 0));
  }
  // A float holds 24 bits of a sum; one more level covers the rounding.
  let of_chunk = workgroup_reduce_max(lane, f32(largest) * 1.000001 + 1.0);
  if (lane == 0u) {
    density[group.x] = of_chunk;
  }
}
