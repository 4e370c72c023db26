// uses: point-map
// The gradient by displacement, (S·A)ᵀ · (cotangent · value), convolved along all three axes with at most three
// taps on either side; outside counts as 0. The matrix is the same for all voxels, so it comes last. An
// invocation walks up a column of SLICES voxels, as in gaussian-narrow.

const SLICES = 8;

fn slope_at(i: i32) -> vec3<f32> {
  return cotangent[i] * vec3<f32>(value_x[i], value_y[i], value_z[i]);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let size = vec3<i32>(vec3<u32>(params.nx, params.ny, params.nz));
  let radius = vec3<i32>(vec3<u32>(params.radiusX, params.radiusY, params.radiusZ));
  let column = i32(weft_index(gid, groups));
  let x = column % size.x;
  let y = (column / size.x) % size.y;
  let bottom = SLICES * (column / (size.x * size.y));
  if (bottom >= size.z) { return; }

  // Of an axis: the middle tap and three on one side, with sum 1 over both sides.
  let taps_x = params.taps[0];
  let taps_y = params.taps[1];
  let taps_z = params.taps[2];
  // Sums within slices, the oldest first; names instead of an array stay in registers.
  var s0 = vec3<f32>(0.0);
  var s1 = s0;
  var s2 = s0;
  var s3 = s0;
  var s4 = s0;
  var s5 = s0;
  var s6 = s0;
  let top = min(bottom + SLICES, size.z);
  for (var slice = bottom - radius.z; slice < top + radius.z; slice += 1) {
    var within = vec3<f32>(0.0);
    if (slice >= 0 && slice < size.z) {
      for (var k = max(-radius.y, -y); k <= min(radius.y, size.y - 1 - y); k += 1) {
        let row = x + size.x * (y + k + size.y * slice);
        var sum = vec3<f32>(0.0);
        for (var j = max(-radius.x, -x); j <= min(radius.x, size.x - 1 - x); j += 1) {
          sum += taps_x[abs(j)] * slope_at(row + j);
        }
        within += taps_y[abs(k)] * sum;
      }
    }
    s0 = s1;
    s1 = s2;
    s2 = s3;
    s3 = s4;
    s4 = s5;
    s5 = s6;
    s6 = within;
    let z = slice - radius.z;
    if (z < bottom) { continue; }
    var sum = taps_z.x * s6;
    if (radius.z == 1) { sum = taps_z.x * s5 + taps_z.y * (s4 + s6); }
    if (radius.z == 2) { sum = taps_z.x * s4 + taps_z.y * (s3 + s5) + taps_z.z * (s2 + s6); }
    if (radius.z == 3) {
      sum = taps_z.x * s3 + taps_z.y * (s2 + s4) + taps_z.z * (s1 + s5) + taps_z.w * (s0 + s6);
    }
    let gradient = point_map_gradient(sum);
    let i = x + size.x * (y + size.y * z);
    smoothed_x[i] = gradient.x;
    smoothed_y[i] = gradient.y;
    smoothed_z[i] = gradient.z;
  }
}
