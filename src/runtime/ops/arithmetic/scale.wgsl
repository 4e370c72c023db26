// scaled = value · factor · by

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.count) { return; }
  var factor = params.factor;
  if (params.hasBy != 0u) { factor *= by[0]; }
  scaled[i] = factor * value[i];
}
