// filled = value where inside is not 0, else the fill.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.count) { return; }
  filled[i] = select(value[i], fill[0], inside[i] == 0.0);
}
