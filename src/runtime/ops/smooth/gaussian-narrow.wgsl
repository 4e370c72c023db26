// Convolves along all three axes with at most three taps on either side; outside counts as 0. A
// workgroup brings a box of 8 × 8 × 4 voxels with its neighbours into its own memory once.

const REACH = vec3<i32>(8, 8, 4);
const MOST_TAPS = 3;

var<workgroup> brought: array<f32, 1960>; // 14 × 14 × 10
var<workgroup> along_x: array<f32, 1120>; // 8 × 14 × 10
var<workgroup> along_y: array<f32, 640>; // 8 × 8 × 10

// Taps of an axis: the middle one and three on one side, with sum 1 over both sides.
fn tap(axis: u32, k: i32) -> f32 {
  return params.taps[axis][abs(k)];
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let size = vec3<i32>(vec3<u32>(params.nx, params.ny, params.nz));
  let boxes = (size + REACH - 1) / REACH;
  let box_index = i32(group.x + group.y * groups.x);
  let corner = REACH * vec3<i32>(
    box_index % boxes.x,
    (box_index / boxes.x) % boxes.y,
    box_index / (boxes.x * boxes.y),
  );
  for (var i = i32(lane); i < 1960; i += i32(WORKGROUP)) {
    let at = corner + vec3<i32>(i % 14, (i / 14) % 14, i / 196) - MOST_TAPS;
    var quantity = 0.0;
    if (all(at >= vec3<i32>(0)) && all(at < size)) {
      quantity = value[u32(at.x + size.x * (at.y + size.y * at.z))];
    }
    brought[i] = quantity;
  }
  workgroupBarrier();
  let rx = i32(params.radiusX);
  for (var i = i32(lane); i < 1120; i += i32(WORKGROUP)) {
    let first = i % 8 + MOST_TAPS + 14 * (i / 8);
    var sum = 0.0;
    for (var k = -rx; k <= rx; k += 1) { sum += tap(0u, k) * brought[first + k]; }
    along_x[i] = sum;
  }
  workgroupBarrier();
  let ry = i32(params.radiusY);
  for (var i = i32(lane); i < 640; i += i32(WORKGROUP)) {
    let first = i % 8 + 8 * ((i / 8) % 8 + MOST_TAPS + 14 * (i / 64));
    var sum = 0.0;
    for (var k = -ry; k <= ry; k += 1) { sum += tap(1u, k) * along_x[first + 8 * k]; }
    along_y[i] = sum;
  }
  workgroupBarrier();
  let rz = i32(params.radiusZ);
  for (var i = i32(lane); i < 256; i += i32(WORKGROUP)) {
    let at = corner + vec3<i32>(i % 8, (i / 8) % 8, i / 64);
    if (any(at >= size)) { continue; }
    let first = i % 64 + 64 * (i / 64 + MOST_TAPS);
    var sum = 0.0;
    for (var k = -rz; k <= rz; k += 1) { sum += tap(2u, k) * along_y[first + 64 * k]; }
    smoothed[u32(at.x + size.x * (at.y + size.y * at.z))] = sum;
  }
}
