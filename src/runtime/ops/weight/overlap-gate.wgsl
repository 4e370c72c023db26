// gate = 1 while params.full of the start is left, falling to 0 at params.least.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>) {
  if (gid.x > 0u) { return; }
  let left = mean[0] - params.least * start[0];
  let width = (params.full - params.least) * start[0];
  gate[0] = select(0.0, clamp(left / width, 0.0, 1.0), width > 0.0);
}
