// uses: window-count
// Means of W, W² and F·W over windows of at most five voxels an axis, clipped at the border. An
// invocation walks up a column of SLICES voxels and keeps the sums within the last five slices.

const SLICES = 8;

// Sums over the part of a window that lies in a slice, which may be none of the volume.
fn sums_within(x: i32, y: i32, slice: i32, r: i32) -> vec3<f32> {
  var sums = vec3<f32>(0.0);
  if (slice < 0 || slice >= params.nz) { return sums; }
  let first = max(x - r, 0);
  let last = min(x + r, params.nx - 1);
  for (var row = max(y - r, 0); row <= min(y + r, params.ny - 1); row += 1) {
    let start = params.nx * (row + params.ny * slice);
    for (var i = start + first; i <= start + last; i += 1) {
      let w = warped[i];
      sums += w * vec3<f32>(1.0, w, fixed[i]);
    }
  }
  return sums;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let column = i32(weft_index(gid, groups));
  let r = params.radius;
  let x = column % params.nx;
  let y = (column / params.nx) % params.ny;
  let bottom = SLICES * (column / (params.nx * params.ny));
  if (bottom >= params.nz) { return; }
  let count_within = window_count(x, params.nx) * window_count(y, params.ny);
  var s0 = vec3<f32>(0.0);
  var s1 = s0;
  var s2 = s0;
  var s3 = s0;
  var s4 = s0;
  let top = min(bottom + SLICES, params.nz);
  for (var slice = bottom - r; slice < top + r; slice += 1) {
    s0 = s1;
    s1 = s2;
    s2 = s3;
    s3 = s4;
    s4 = sums_within(x, y, slice, r);
    let z = slice - r;
    if (z < bottom) { continue; }
    var sum = s4;
    if (r > 0) { sum += s3 + s2; }
    if (r > 1) { sum += s1 + s0; }
    let mean = sum / (count_within * window_count(z, params.nz));
    let i = x + params.nx * (y + params.ny * z);
    meanWarped[i] = mean.x;
    meanWarpedSquared[i] = mean.y;
    meanProduct[i] = mean.z;
  }
}
