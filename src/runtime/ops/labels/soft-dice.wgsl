// loss = −mean over the labels that occur of 2·overlap / (fixed + moving), from their counts.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>) {
  if (gid.x > 0u) { return; }
  var sum = 0.0;
  var present = 0.0;
  for (var label = 0u; label < params.labels; label += 1u) {
    let size = counts[params.labels + label] + counts[2u * params.labels + label];
    if (size > 1e-9) {
      sum += 2.0 * counts[label] / size;
      present += 1.0;
    }
  }
  loss[0] = -sum / max(present, 1.0);
}
