// uses: affine
// From a voxel of the target grid to the source: sourceVoxel = S·A·(W·x + u), W the target's matrix
// (world mm from voxel), u a displacement in mm, A the affine from fixed to moving world where
// params.transformed is not 0, S source voxel from world mm.
//
// A kernel that uses it binds `affine` (row-major 3×4, may be absent) and has the parameters
// `worldFromTarget`, `sourceFromWorld` and `transformed`.

fn point_map_fixed_world(target_voxel: vec3<u32>) -> vec3<f32> {
  return affine_point(params.worldFromTarget, vec3<f32>(target_voxel));
}

fn point_map_source(target_voxel: vec3<u32>, displacement_mm: vec3<f32>) -> vec3<f32> {
  var world = point_map_fixed_world(target_voxel) + displacement_mm;
  if (params.transformed != 0) {
    world = affine_point(point_map_affine(), world);
  }
  return affine_point(params.sourceFromWorld, world);
}

// (S·A)ᵀ: from a derivative along the source's axes, per voxel, to one by displacement in mm.
fn point_map_gradient(per_source_voxel: vec3<f32>) -> vec3<f32> {
  let per_moving_mm = affine_covector(params.sourceFromWorld, per_source_voxel);
  if (params.transformed == 0) {
    return per_moving_mm;
  }
  return affine_covector(point_map_affine(), per_moving_mm);
}

fn point_map_affine() -> array<vec4<f32>, 3> {
  return array<vec4<f32>, 3>(
    vec4<f32>(affine[0], affine[1], affine[2], affine[3]),
    vec4<f32>(affine[4], affine[5], affine[6], affine[7]),
    vec4<f32>(affine[8], affine[9], affine[10], affine[11]),
  );
}
