// uses: voxel-index
// value = blocks of a and b in turn along every axis; the first block is of a.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.nx * params.ny * params.nz) { return; }
  let block = voxel_index_position(i, params.nx, params.ny) / params.sizeVoxels;
  value[i] = select(b[i], a[i], (block.x + block.y + block.z) % 2u == 0u);
}
