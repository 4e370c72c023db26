// One step of Adam for one plane; moments are updated in place. t = finished iterations + 1:
// direction = (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)

// 1 − βᵗ without the cancellation of a power close to 1.
fn bias(beta: f32, steps: f32) -> f32 {
  if (beta <= 0.0) { return 1.0; }
  let exponent = steps * log(beta);
  if (exponent > -0.01) { return -exponent * (1.0 + exponent * (0.5 + exponent / 6.0)); }
  return 1.0 - exp(exponent);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.count) { return; }
  let steps = iteration[0] + 1.0;
  let g = gradient[i];
  let m = params.beta1 * mean[i] + (1.0 - params.beta1) * g;
  let v = params.beta2 * variance[i] + (1.0 - params.beta2) * g * g;
  mean[i] = m;
  variance[i] = v;
  let corrected_mean = m / bias(params.beta1, steps);
  let corrected_variance = v / bias(params.beta2, steps);
  direction[i] = corrected_mean / (sqrt(corrected_variance) + params.epsilon);
}
