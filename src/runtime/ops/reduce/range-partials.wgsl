// uses: workgroup-reduce
// Lowest, then highest intensities of chunks of the volume, one workgroup a chunk.

const LARGEST: f32 = 3.4028234e38;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let length_chunk = (params.count + groups.x - 1u) / groups.x;
  let end = min((group.x + 1u) * length_chunk, params.count);
  var low = LARGEST;
  var high = -LARGEST;
  for (var i = group.x * length_chunk + lane; i < end; i += WORKGROUP) {
    low = min(low, image[i]);
    high = max(high, image[i]);
  }
  let lowest = workgroup_reduce_min(lane, low);
  let highest = workgroup_reduce_max(lane, high);
  if (lane == 0u) {
    partials[group.x] = lowest;
    partials[groups.x + group.x] = highest;
  }
}
