// uses: window-count
// box(m / n) + 2 · W · box(s / n) + F · box(p / n) over windows of at most five voxels an axis, n the
// number of voxels in a clipped window. A workgroup brings a box of 8 × 8 × 4 voxels with its neighbours
// into its own memory, one cotangent after the other.

const REACH = vec3<i32>(8, 8, 4);

var<workgroup> brought: array<f32, 1152>; // 12 × 12 × 8
var<workgroup> along_x: array<f32, 768>; // 8 × 12 × 8
var<workgroup> along_y: array<f32, 512>; // 8 × 8 × 8

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
  // Each invocation has four voxels: one above the other.
  var found = array<f32, 4>(0.0, 0.0, 0.0, 0.0);
  for (var which = 0; which < 3; which += 1) {
    for (var i = i32(lane); i < 1152; i += i32(WORKGROUP)) {
      let at = corner + vec3<i32>(i % 12, (i / 12) % 12, i / 144) - 2;
      var quantity = 0.0;
      if (all(at >= vec3<i32>(0)) && all(at < size)) {
        let j = u32(at.x + size.x * (at.y + size.y * at.z));
        if (which == 0) { quantity = ofMean[j]; }
        if (which == 1) { quantity = ofSquare[j]; }
        if (which == 2) { quantity = ofProduct[j]; }
        quantity /= window_count(at.x, size.x) * window_count(at.y, size.y) * window_count(at.z, size.z);
      }
      brought[i] = quantity;
    }
    workgroupBarrier();
    for (var i = i32(lane); i < 768; i += i32(WORKGROUP)) {
      let first = i % 8 + 2 + 12 * (i / 8);
      var sum = 0.0;
      for (var k = -r; k <= r; k += 1) { sum += brought[first + k]; }
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
    for (var layer = 0; layer < 4; layer += 1) {
      let at = corner + vec3<i32>(i32(lane) % 8, i32(lane) / 8, layer);
      if (any(at >= size)) { continue; }
      let first = i32(lane) + 64 * (layer + 2);
      var sum = 0.0;
      for (var k = -r; k <= r; k += 1) { sum += along_y[first + 64 * k]; }
      let j = u32(at.x + size.x * (at.y + size.y * at.z));
      if (which == 0) { found[layer] = sum; }
      if (which == 1) { found[layer] += 2.0 * warped[j] * sum; }
      if (which == 2) { found[layer] += fixed[j] * sum; }
    }
    workgroupBarrier();
  }
  for (var layer = 0; layer < 4; layer += 1) {
    let at = corner + vec3<i32>(i32(lane) % 8, i32(lane) / 8, layer);
    if (any(at >= size)) { continue; }
    total[u32(at.x + size.x * (at.y + size.y * at.z))] = found[layer];
  }
}
