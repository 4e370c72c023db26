// value = 1 + the place of a label, 0 for one that has none.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.voxels) { return; }
  value[i] = 0u;
  let index = labels[i];
  if (index < params.known) { value[i] = u32(max(places[index], -1.0) + 1.0); }
}
