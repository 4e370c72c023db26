// uses: evolution
// candidate = mean + σ·B·D·z.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>) {
  if (gid.x > 0u) { return; }
  var y = evolution_spread(evolution_normal(u32(iteration[0]), u32(index[0])));
  for (var i = 0u; i < params.count; i += 1u) {
    candidate[i] = mean[i];
    if (evolution_free(i)) { candidate[i] += distribution[0] * y[i]; }
  }
}
