// uses: sample-point trilinear
// value(x) = the label with the largest sum of exp(−d²/2) among the voxels less than 2.5 voxels along every axis from the
// point where x lands, d in voxels of the source; sums that float32 cannot tell apart are ties, which go to the smaller
// label. Voxels that are not there do not vote. 0 more than half a voxel outside. x runs fastest.

const CUTOFF: f32 = 2.5;
// Parts of the largest sum by which another may be smaller and still tie; as in sample-labels-gaussian.cpu.ts.
const TIE: f32 = 1e-5;

fn weight_along(distance: f32) -> f32 {
  return select(0.0, exp(-0.5 * distance * distance), abs(distance) < CUTOFF);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= sample_point_count()) {
    return;
  }
  let size = sample_point_source_size();
  let landed = sample_point_at(i);
  if (trilinear_is_cut(landed, size, params.outside)) {
    value[i] = 0u;
    return;
  }
  let point = select(landed, vec3<f32>(0.0), size == vec3<i32>(1));
  let nearest = vec3<i32>(floor(clamp(point, vec3<f32>(-0.5), vec3<f32>(size)) + 0.5));
  let low = clamp(nearest - 2, vec3<i32>(0), size - 1);
  let high = clamp(nearest + 2, vec3<i32>(0), size - 1);
  var along_x: array<f32, 5>;
  for (var x = low.x; x <= high.x; x += 1) {
    along_x[x - low.x] = weight_along(f32(x) - point.x);
  }
  // The labels that were met, in the order in which they were, and their sums.
  var met: array<u32, 125>;
  var sums: array<f32, 125>;
  var count = 0;
  var at = 0;
  for (var z = low.z; z <= high.z; z += 1) {
    let weight_z = weight_along(f32(z) - point.z);
    for (var y = low.y; y <= high.y; y += 1) {
      let weight_row = weight_z * weight_along(f32(y) - point.y);
      let row = size.x * (y + size.y * z);
      for (var x = low.x; x <= high.x; x += 1) {
        let label = labels[row + x];
        if (count == 0 || met[at] != label) {
          at = 0;
          while (at < count && met[at] != label) {
            at += 1;
          }
          if (at == count) {
            met[at] = label;
            sums[at] = 0.0;
            count += 1;
          }
        }
        sums[at] += weight_row * along_x[x - low.x];
      }
    }
  }
  var most = 0.0;
  for (var k = 0; k < count; k += 1) {
    most = max(most, sums[k]);
  }
  var winner = 0xffffffffu;
  for (var k = 0; k < count; k += 1) {
    if (sums[k] >= most * (1.0 - TIE)) {
      winner = min(winner, met[k]);
    }
  }
  value[i] = winner;
}
