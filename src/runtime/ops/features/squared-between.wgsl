// uses: voxel-index
// squared(x) = (I(x + a) − I(x + b))²; beyond an edge the image goes on as it ends.

fn value_at(at: vec3<u32>, offset: vec3<i32>) -> f32 {
  let last = vec3<i32>(params.nx, params.ny, params.nz) - 1;
  let voxel = clamp(vec3<i32>(at) + offset, vec3<i32>(0), last);
  return image[voxel.x + params.nx * (voxel.y + params.ny * voxel.z)];
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= u32(params.nx * params.ny * params.nz)) {
    return;
  }
  let at = voxel_index_position(i, u32(params.nx), u32(params.ny));
  let apart = value_at(at, vec3<i32>(params.ax, params.ay, params.az)) -
    value_at(at, vec3<i32>(params.bx, params.by, params.bz));
  squared[i] = apart * apart;
}
