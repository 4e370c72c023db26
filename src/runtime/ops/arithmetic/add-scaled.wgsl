// sum = a + factor · by · b

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.count) { return; }
  sum[i] = a[i] + params.factor * by[0] * b[i];
}
