// Convolves along all three axes with at most three taps on either side; outside counts as 0. An
// invocation walks up a column of SLICES voxels and keeps the sums within the last seven slices: its
// neighbours read the same cache lines, which is faster than boxes in workgroup memory.

const SLICES = 8;

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
  // A neighbour beyond the edge has weight 0 and is read at the edge.
  let left = vec3<i32>(x - 1, x - 2, x - 3);
  let right = vec3<i32>(x + 1, x + 2, x + 3);
  let weights_left = select(vec3<f32>(0.0), taps_x.yzw, left >= vec3<i32>(0));
  let weights_right = select(vec3<f32>(0.0), taps_x.yzw, right < vec3<i32>(size.x));
  let at_left = max(left, vec3<i32>(0));
  let at_right = min(right, vec3<i32>(size.x - 1));

  // Sums within slices, the oldest first; names instead of an array stay in registers.
  var s0 = 0.0;
  var s1 = 0.0;
  var s2 = 0.0;
  var s3 = 0.0;
  var s4 = 0.0;
  var s5 = 0.0;
  var s6 = 0.0;
  let top = min(bottom + SLICES, size.z);
  for (var slice = bottom - radius.z; slice < top + radius.z; slice += 1) {
    var within = 0.0;
    if (slice >= 0 && slice < size.z) {
      for (var k = max(-radius.y, -y); k <= min(radius.y, size.y - 1 - y); k += 1) {
        let row = size.x * (y + k + size.y * slice);
        var sum = taps_x.x * value[row + x];
        if (radius.x > 0) {
          sum += weights_left.x * value[row + at_left.x] + weights_right.x * value[row + at_right.x];
        }
        if (radius.x > 1) {
          sum += weights_left.y * value[row + at_left.y] + weights_right.y * value[row + at_right.y];
        }
        if (radius.x > 2) {
          sum += weights_left.z * value[row + at_left.z] + weights_right.z * value[row + at_right.z];
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
    smoothed[x + size.x * (y + size.y * z)] = sum;
  }
}
