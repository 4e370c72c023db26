// chosen = condition ≠ 0 ? whenTrue : whenFalse, for the whole value.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.count) { return; }
  if (condition[0] != 0.0) { chosen[i] = whenTrue[i]; } else { chosen[i] = whenFalse[i]; }
}
