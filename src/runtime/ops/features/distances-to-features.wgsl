// Distances of patches become features, in place: exp(−(d − min d) / v), with v the mean over channels of d − min d,
// within 0.001 and 1000 times what that is in the mean of the image.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.count) {
    return;
  }
  let mean = meanVariance[0];
  let least = 1e-12 * max(range[0] * range[0], range[1] * range[1]);
  var lowest = features[i];
  var sum = 0.0;
  for (var channel = 0u; channel < params.channels; channel += 1u) {
    let distance = features[channel * params.stride + i];
    lowest = min(lowest, distance);
    sum += distance;
  }
  let variance =
    max(clamp(sum / f32(params.channels) - lowest, 0.001 * mean, 1000.0 * mean), least);
  for (var channel = 0u; channel < params.channels; channel += 1u) {
    let index = channel * params.stride + i;
    let apart = features[index] - lowest;
    var feature = 1.0;
    if (apart > 0.0) { feature = exp(-apart / variance); }
    features[index] = feature;
  }
}
