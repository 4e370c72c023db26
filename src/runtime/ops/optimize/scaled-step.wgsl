// step = −direction · size · unitMm · decay / norm; see scaledStep.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.count) { return; }
  let progress = min(iteration[0] / params.maxIterations, 1.0);
  let decay = 1.0 - (1.0 - params.finalFraction) * progress;
  var norm = largest[0];
  if (params.cap != 0u) { norm = max(norm, 1.0); }
  var factor = 0.0;
  if (norm > 0.0) { factor = -size[0] * params.unitMm * decay / norm; }
  scaled[i] = factor * direction[i];
}
