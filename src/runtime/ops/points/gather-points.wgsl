// value[i] = source[indices[i]].

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.count) {
    return;
  }
  value[i] = source[u32(indices[i])];
}
