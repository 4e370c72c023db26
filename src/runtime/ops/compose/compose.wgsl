// uses: affine trilinear voxel-index
// value_c(x) = i_c(x) + outer_c(x + i(x)) for one component c, in mm, with i = [factor ·] inner; outer goes on
// beyond its edge. x runs fastest.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= u32(params.nx) * u32(params.ny) * u32(params.nz)) {
    return;
  }
  let voxel = voxel_index_position(i, u32(params.nx), u32(params.ny));
  var moved_mm = vec3<f32>(inner_x[i], inner_y[i], inner_z[i]);
  if (params.scaled != 0u) { moved_mm *= factor[0]; }
  let world = affine_point(params.worldFromTarget, vec3<f32>(voxel)) + moved_mm;
  let size = vec3<i32>(params.sourceNx, params.sourceNy, params.sourceNz);
  let cell = trilinear_cell(affine_point(params.sourceFromWorld, world), size, trilinear_EDGE);
  let low = trilinear_rows(cell, size) + cell.x.low;
  let high = trilinear_rows(cell, size) + cell.x.high;
  value[i] = moved_mm[params.component] + trilinear_value(
    cell,
    vec4<f32>(outer[low.x], outer[low.y], outer[low.z], outer[low.w]),
    vec4<f32>(outer[high.x], outer[high.y], outer[high.z], outer[high.w]),
  );
}
