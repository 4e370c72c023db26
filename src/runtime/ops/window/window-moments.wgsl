// uses: window-count
// Means of W, W² and F·W over windows of at most five voxels an axis, clipped at the border. A
// workgroup brings a box of 8 × 8 × 4 voxels with its neighbours into its own memory once.

const REACH = vec3<i32>(8, 8, 4);

var<workgroup> f_box: array<f32, 1152>; // 12 × 12 × 8
var<workgroup> w_box: array<f32, 1152>;
var<workgroup> along_x: array<f32, 768>; // 8 × 12 × 8
var<workgroup> along_y: array<f32, 512>; // 8 × 8 × 8

fn quantity_at(which: i32, i: i32) -> f32 {
  let w = w_box[i];
  if (which == 0) { return w; }
  if (which == 1) { return w * w; }
  return f_box[i] * w;
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let size = vec3<i32>(params.nx, params.ny, params.nz);
  let boxes = (size + REACH - 1) / REACH;
  let box_index = i32(group.x + group.y * groups.x);
  let corner = REACH * vec3<i32>(
    box_index % boxes.x,
    (box_index / boxes.x) % boxes.y,
    box_index / (boxes.x * boxes.y),
  );
  let r = params.radius;
  for (var i = i32(lane); i < 1152; i += i32(WORKGROUP)) {
    let at = corner + vec3<i32>(i % 12, (i / 12) % 12, i / 144) - 2;
    var f = 0.0;
    var w = 0.0;
    if (all(at >= vec3<i32>(0)) && all(at < size)) {
      let j = u32(at.x + size.x * (at.y + size.y * at.z));
      f = fixed[j];
      w = warped[j];
    }
    f_box[i] = f;
    w_box[i] = w;
  }
  workgroupBarrier();
  for (var which = 0; which < 3; which += 1) {
    for (var i = i32(lane); i < 768; i += i32(WORKGROUP)) {
      let first = i % 8 + 2 + 12 * (i / 8);
      var sum = 0.0;
      for (var k = -r; k <= r; k += 1) { sum += quantity_at(which, first + k); }
      along_x[i] = sum;
    }
    workgroupBarrier();
    for (var i = i32(lane); i < 512; i += i32(WORKGROUP)) {
      let first = i % 8 + 8 * ((i / 8) % 8 + 2 + 12 * (i / 64));
      var sum = 0.0;
      for (var k = -r; k <= r; k += 1) { sum += along_x[first + 8 * k]; }
      along_y[i] = sum;
    }
    workgroupBarrier();
    for (var i = i32(lane); i < 256; i += i32(WORKGROUP)) {
      let at = corner + vec3<i32>(i % 8, (i / 8) % 8, i / 64);
      if (any(at >= size)) { continue; }
      let first = i % 64 + 64 * (i / 64 + 2);
      var sum = 0.0;
      for (var k = -r; k <= r; k += 1) { sum += along_y[first + 64 * k]; }
      let mean = sum / (window_count(at.x, size.x) * window_count(at.y, size.y) * window_count(at.z, size.z));
      let j = u32(at.x + size.x * (at.y + size.y * at.z));
      if (which == 0) { meanWarped[j] = mean; }
      if (which == 1) { meanWarpedSquared[j] = mean; }
      if (which == 2) { meanProduct[j] = mean; }
    }
    workgroupBarrier();
  }
}
