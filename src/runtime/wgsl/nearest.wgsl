// uses: sample-point trilinear
// The voxel nearest to where a voxel of the target grid lands; halves round up, as ITK does. A kernel that uses it
// binds and has the parameters that `sample-point` asks for, and `outside`.

// Index in the source; −1 outside of it.
fn nearest_voxel(index: u32) -> i32 {
  let size = sample_point_source_size();
  let last = size - 1;
  var point = sample_point_at(index);
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
  return select(-1, voxel.x + size.x * (voxel.y + size.y * voxel.z), isInside);
}
