// Cotangents of the counts for loss = −mean over the labels that occur of 2·overlap / (fixed + moving).

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>) {
  let own = gid.x;
  if (own >= params.labels) { return; }
  var present = 0.0;
  for (var label = 0u; label < params.labels; label += 1u) {
    if (counts[params.labels + label] + counts[2u * params.labels + label] > 1e-9) { present += 1.0; }
  }
  let size = counts[params.labels + own] + counts[2u * params.labels + own];
  var of_overlap = 0.0;
  var of_size = 0.0;
  if (size > 1e-9) {
    of_overlap = -2.0 * cotangent[0] / (present * size);
    of_size = 2.0 * cotangent[0] * counts[own] / (present * size * size);
  }
  countsCotangent[own] = of_overlap;
  countsCotangent[params.labels + own] = of_size;
  countsCotangent[2u * params.labels + own] = of_size;
}
