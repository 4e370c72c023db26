// uses: point-map
// value ← (S·A)ᵀ · (cotangent · value), voxel by voxel: gradient by displacement in mm.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= u32(params.voxels)) {
    return;
  }
  let slope = vec3<f32>(value_x[i], value_y[i], value_z[i]);
  let gradient = point_map_gradient(cotangent[i] * slope);
  value_x[i] = gradient.x;
  value_y[i] = gradient.y;
  value_z[i] = gradient.z;
}
