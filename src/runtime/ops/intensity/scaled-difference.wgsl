// differences = factor · cotangent · (warped − fixed)

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.count) { return; }
  differences[i] = params.factor * cotangent[0] * (warped[i] - fixed[i]);
}
