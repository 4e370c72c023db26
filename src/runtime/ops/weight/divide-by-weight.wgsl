// quotient = value / by; 0 where `by` is nothing but rounding.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.count) { return; }
  let divisor = by[i];
  var result = 0.0;
  if (divisor > 1e-6) { result = value[i] / divisor; }
  quotient[i] = result;
}
