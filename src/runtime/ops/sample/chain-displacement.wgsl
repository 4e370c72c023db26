// uses: point-map
// slope ← (S·A)ᵀ · (cotangent · slope), voxel by voxel: gradient by displacement in mm.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= u32(params.voxels)) {
    return;
  }
  let slope = vec3<f32>(slope_x[i], slope_y[i], slope_z[i]);
  let gradient = point_map_gradient(cotangent[i] * slope);
  slope_x[i] = gradient.x;
  slope_y[i] = gradient.y;
  slope_z[i] = gradient.z;
}
