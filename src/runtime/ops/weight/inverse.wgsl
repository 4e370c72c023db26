// inverse = 1 / mean, or 0 where the mean is 0.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>) {
  if (gid.x > 0u) { return; }
  var result = 0.0;
  if (mean[0] > 0.0) { result = 1.0 / mean[0]; }
  inverse[0] = result;
}
