// Convolves along one axis with the integrals of a Gaussian over voxels, normalised to sum 1.
// edges: 0 counts outside as 0, 1 divides by the weight inside, 2 is the transpose of 1.

// Unnormalised taps 0 … radius, and the sums of taps 1 … k.
var<workgroup> taps: array<f32, 256>;
var<workgroup> tap_sums: array<f32, 256>;

// erf by Abramowitz and Stegun 7.1.26, |error| < 1.5e-7, for x ≥ 0.
fn error_function(x: f32) -> f32 {
  let t = 1.0 / (1.0 + 0.3275911 * x);
  let series = t * (0.254829592 + t * (-0.284496736 +
    t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return 1.0 - series * exp(-x * x);
}

fn tap_at(k: u32) -> f32 {
  let scale = 1.0 / (params.sigmaVoxels * 1.4142135623730951);
  if (k == 0u) { return 2.0 * error_function(0.5 * scale); }
  return error_function((f32(k) + 0.5) * scale) - error_function((f32(k) - 0.5) * scale);
}

// Sum of the taps that lie inside at a position of the axis.
fn weight_inside(position: u32, length_voxels: u32) -> f32 {
  let below = tap_sums[min(params.radius, position)];
  let above = tap_sums[min(params.radius, length_voxels - 1u - position)];
  return taps[0] + below + above;
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(global_invocation_id) gid: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  for (var k = lane; k <= params.radius; k += WORKGROUP) { taps[k] = tap_at(k); }
  workgroupBarrier();
  for (var k = lane; k <= params.radius; k += WORKGROUP) {
    var sum = 0.0;
    for (var j = 1u; j <= k; j += 1u) { sum += taps[j]; }
    tap_sums[k] = sum;
  }
  workgroupBarrier();

  let i = weft_index(gid, groups);
  if (i >= params.nx * params.ny * params.nz) { return; }
  var stride = 1u;
  var length_voxels = params.nx;
  if (params.axis == 1u) {
    stride = params.nx;
    length_voxels = params.ny;
  } else if (params.axis == 2u) {
    stride = params.nx * params.ny;
    length_voxels = params.nz;
  }
  let position = (i / stride) % length_voxels;
  let below = min(params.radius, position);
  let above = min(params.radius, length_voxels - 1u - position);

  var sum = 0.0;
  if (params.edges == 2u) {
    sum = taps[0] * value[i] / weight_inside(position, length_voxels);
    for (var k = 1u; k <= below; k += 1u) {
      sum += taps[k] * value[i - k * stride] / weight_inside(position - k, length_voxels);
    }
    for (var k = 1u; k <= above; k += 1u) {
      sum += taps[k] * value[i + k * stride] / weight_inside(position + k, length_voxels);
    }
    smoothed[i] = sum;
    return;
  }
  sum = taps[0] * value[i];
  for (var k = 1u; k <= below; k += 1u) { sum += taps[k] * value[i - k * stride]; }
  for (var k = 1u; k <= above; k += 1u) { sum += taps[k] * value[i + k * stride]; }
  if (params.edges == 1u) {
    smoothed[i] = sum / weight_inside(position, length_voxels);
  } else {
    smoothed[i] = sum / (taps[0] + 2.0 * tap_sums[params.radius]);
  }
}
