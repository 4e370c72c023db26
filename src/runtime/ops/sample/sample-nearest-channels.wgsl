// uses: nearest sample-point
// value[c](x) = source[c] at the voxel nearest to the point where x lands, 0 outside, for every channel c. x runs
// fastest.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= sample_point_count()) {
    return;
  }
  let voxel = nearest_voxel(i);
  for (var channel = 0u; channel < params.channels; channel += 1u) {
    var nearest = 0.0;
    if (voxel >= 0) {
      nearest = source[i32(channel * params.sourceStride) + voxel];
    }
    value[channel * params.stride + i] = nearest;
  }
}
