// smoothed = the mean of three voxels, clipped at the border and taken twice, along one axis of every plane.

fn first_of(x: i32) -> i32 { return max(x - 1, 0); }
fn last_of(x: i32, length: i32) -> i32 { return min(x + 1, length - 1); }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = i32(weft_index(gid, groups));
  let voxels = params.nx * params.ny * params.nz;
  if (i >= voxels * params.count) { return; }
  let plane = i / voxels;
  let own = i - plane * voxels;
  var inner = 1;
  var length = params.nx;
  if (params.axis == 1) { inner = params.nx; length = params.ny; }
  if (params.axis == 2) { inner = params.nx * params.ny; length = params.nz; }
  let x = (own / inner) % length;
  let at = plane * params.stride + own - x * inner;
  var sum = 0.0;
  for (var middle = first_of(x); middle <= last_of(x, length); middle += 1) {
    let low = first_of(middle);
    let high = last_of(middle, length);
    var one = 0.0;
    for (var k = low; k <= high; k += 1) { one += source[at + k * inner]; }
    sum += one / f32(high - low + 1);
  }
  smoothed[at + x * inner] = sum / f32(last_of(x, length) - first_of(x) + 1);
}
