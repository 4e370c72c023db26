// Convolves along one axis with at most eleven taps on either side; outside counts as 0.

// The middle tap and those on one side, with sum 1 over both sides.
fn tap(k: u32) -> f32 {
  return params.taps[k >> 2u][k & 3u];
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
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
  var sum = tap(0u) * value[i];
  for (var k = 1u; k <= below; k += 1u) { sum += tap(k) * value[i - k * stride]; }
  for (var k = 1u; k <= above; k += 1u) { sum += tap(k) * value[i + k * stride]; }
  smoothed[i] = sum;
}
