// uses: affine trilinear voxel-index
// value = Sᵀ Σ_c cotangent_c ∇outer_c at x + inner(x), S outer voxels from world: adds the part of
// one component c; the first one starts the sum. x runs fastest.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= u32(params.nx) * u32(params.ny) * u32(params.nz)) {
    return;
  }
  let voxel = voxel_index_position(i, u32(params.nx), u32(params.ny));
  let moved_mm = vec3<f32>(inner_x[i], inner_y[i], inner_z[i]);
  let world = affine_point(params.worldFromTarget, vec3<f32>(voxel)) + moved_mm;
  let size = vec3<i32>(params.sourceNx, params.sourceNy, params.sourceNz);
  let cell = trilinear_cell(affine_point(params.sourceFromWorld, world), size, trilinear_EDGE);
  let low = trilinear_rows(cell, size) + cell.x.low;
  let high = trilinear_rows(cell, size) + cell.x.high;
  let slope = trilinear_derivative(
    cell,
    vec4<f32>(outer[low.x], outer[low.y], outer[low.z], outer[low.w]),
    vec4<f32>(outer[high.x], outer[high.y], outer[high.z], outer[high.w]),
  );
  var gradient = affine_covector(params.sourceFromWorld, cotangent[i] * slope);
  if (params.component > 0u) {
    gradient += vec3<f32>(value_x[i], value_y[i], value_z[i]);
  }
  value_x[i] = gradient.x;
  value_y[i] = gradient.y;
  value_z[i] = gradient.z;
}
