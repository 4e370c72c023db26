// uses: trilinear
// How far a point lies inside an image: 1 within, falling to 0 within a voxel of the edge, or, where `outside` is
// `cut`, 0 beyond half a voxel. Axes of one voxel have no outside.

fn inside_at(point: vec3<f32>, size: vec3<i32>, outside: i32) -> f32 {
  if (outside == trilinear_CUT) {
    return select(1.0, 0.0, trilinear_is_cut(point, size, outside));
  }
  let along = clamp(min(point + 1.0, vec3<f32>(size) - point), vec3<f32>(0.0), vec3<f32>(1.0));
  let counted = select(along, vec3<f32>(1.0), size == vec3<i32>(1));
  return counted.x * counted.y * counted.z;
}
