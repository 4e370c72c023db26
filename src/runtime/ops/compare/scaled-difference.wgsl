// differences = factor · cotangent · [weight ·] (warped − fixed)

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.count) { return; }
  var factor = params.factor * cotangent[0];
  if (params.weighted != 0u) { factor *= weight[i]; }
  differences[i] = factor * (warped[i] - fixed[i]);
}
