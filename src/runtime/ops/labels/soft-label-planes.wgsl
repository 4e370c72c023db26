// The three slopes into planes of their own, each times the weight of its voxel.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  let count = u32(params.nx) * u32(params.ny) * u32(params.nz);
  if (i >= count) {
    return;
  }
  var counted = 1.0;
  if (params.weighted != 0) { counted = weight[i]; }
  slope_x[i] = counted * slopes[i];
  slope_y[i] = counted * slopes[count + i];
  slope_z[i] = counted * slopes[2u * count + i];
}
