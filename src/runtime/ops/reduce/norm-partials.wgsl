// uses: workgroup-reduce
// Largest squared L2 norm over the planes, one workgroup a chunk of the volume.

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let length_chunk = (params.count + groups.x - 1u) / groups.x;
  let end = min((group.x + 1u) * length_chunk, params.count);
  var largest = 0.0;
  for (var i = group.x * length_chunk + lane; i < end; i += WORKGROUP) {
    var squared = x[i] * x[i];
    if (params.planes > 1u) { squared += y[i] * y[i]; }
    if (params.planes > 2u) { squared += z[i] * z[i]; }
    largest = max(largest, squared);
  }
  let result = workgroup_reduce_max(lane, largest);
  if (lane == 0u) { partials[group.x] = result; }
}
