// uses: sample-point trilinear
// value[c](x) = source[c] at the voxel nearest to the point where x lands, for every channel c; halves round
// up, as ITK does. x runs fastest.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= sample_point_count()) {
    return;
  }
  let size = sample_point_source_size();
  let last = size - 1;
  var point = sample_point_at(i);
  point = select(point, vec3<f32>(0.0), size == vec3<i32>(1));
  // Far points must stay within the range of integers.
  let within = clamp(point, vec3<f32>(-2.0), vec3<f32>(size) + 1.0);
  let rounded = vec3<i32>(floor(within + 0.5));
  var isInside = all(rounded >= vec3<i32>(0)) && all(rounded <= last);
  if (params.outside != trilinear_ZERO) {
    // Half a voxel beyond the last one is inside for ITK: it rounds down there.
    isInside = !trilinear_is_cut(point, size, params.outside);
  }
  let voxel = clamp(rounded, vec3<i32>(0), last);
  let at = voxel.x + size.x * (voxel.y + size.y * voxel.z);
  for (var channel = 0u; channel < params.channels; channel += 1u) {
    let nearest = source[i32(channel * params.sourceStride) + at];
    value[channel * params.stride + i] = select(0.0, nearest, isInside);
  }
}
