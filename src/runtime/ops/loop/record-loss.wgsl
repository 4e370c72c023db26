// trace[iteration * columns + column] = loss.
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>) {
  if (gid.x > 0u) { return; }
  trace[i32(iteration[0]) * params.columns + params.column] = loss[0];
}
