// Means of ω·F and of ω·W to weighted means of F and W: both over the mean of ω, the third number.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>) {
  if (gid.x > 0u) { return; }
  let weight = means[2];
  means[0] = select(0.0, means[0] / weight, weight > 0.0);
  means[1] = select(0.0, means[1] / weight, weight > 0.0);
}
