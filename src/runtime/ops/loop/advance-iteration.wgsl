// iteration += 1.
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>) {
  if (gid.x > 0u) { return; }
  iteration[0] = iteration[0] + 1.0;
}
