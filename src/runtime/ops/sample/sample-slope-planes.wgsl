// The three slopes into planes of their own: with the planes of a displacement that would be nine buffers.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  let count = u32(params.nx) * u32(params.ny) * u32(params.nz);
  if (i >= count) {
    return;
  }
  slope_x[i] = slopes[i];
  slope_y[i] = slopes[count + i];
  slope_z[i] = slopes[2u * count + i];
}
