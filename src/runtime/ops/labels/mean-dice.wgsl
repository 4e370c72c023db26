// dice[0] = mean of dice[1] to dice[places] without those that are −1; −1 where all are.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>) {
  if (gid.x > 0u) { return; }
  var sum = 0.0;
  var present = 0.0;
  for (var place = 1u; place <= params.places; place += 1u) {
    if (dice[place] >= 0.0) {
      sum += dice[place];
      present += 1.0;
    }
  }
  dice[0] = select(-1.0, sum / max(present, 1.0), present > 0.0);
}
