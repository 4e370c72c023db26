// step = −(H + λ·diag H)⁻¹ g by LDLᵀ of H scaled to ones on its diagonal; see damped-step.cpu.ts.

const LEAST_PIVOT = 1e-6;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>) {
  if (gid.x > 0u) { return; }
  let count = params.count;
  var unit: array<f32, 12>;
  var lower: array<f32, 144>;
  var pivots: array<f32, 12>;
  var x: array<f32, 12>;
  for (var i = 0u; i < count; i += 1u) {
    let curvature = matrix[i * count + i];
    if (curvature > 0.0) { unit[i] = inverseSqrt(curvature); }
  }
  for (var i = 0u; i < count; i += 1u) {
    var pivot = select(0.0, 1.0 + damping[0], unit[i] > 0.0);
    var value = -gradient[i] * unit[i];
    for (var j = 0u; j < i; j += 1u) {
      var entry = matrix[i * count + j] * unit[i] * unit[j];
      for (var k = 0u; k < j; k += 1u) {
        entry -= lower[i * 12u + k] * lower[j * 12u + k] * pivots[k];
      }
      var l = 0.0;
      if (pivots[j] > 0.0) { l = entry / pivots[j]; }
      lower[i * 12u + j] = l;
      pivot -= l * l * pivots[j];
      value -= l * x[j];
    }
    if (pivot > LEAST_PIVOT) {
      pivots[i] = pivot;
      x[i] = value;
    }
  }
  for (var back = count; back > 0u; back -= 1u) {
    let i = back - 1u;
    var value = 0.0;
    if (pivots[i] > 0.0) {
      value = x[i] / pivots[i];
      for (var j = back; j < count; j += 1u) { value -= lower[j * 12u + i] * x[j]; }
    }
    x[i] = value;
  }
  for (var i = 0u; i < count; i += 1u) { step[i] = x[i] * unit[i]; }
}
