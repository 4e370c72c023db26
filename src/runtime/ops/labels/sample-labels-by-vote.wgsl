// uses: sample-point trilinear
// value(x) = the label with the largest sum of trilinear weights among the eight voxels around the
// point where x lands; ties go to the smaller label. 0 more than half a voxel outside. x runs
// fastest.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= sample_point_count()) {
    return;
  }
  let point = sample_point_at(i);
  let size = sample_point_source_size();
  if (trilinear_is_cut(point, size, params.outside)) {
    value[i] = 0u;
    return;
  }
  let cell = trilinear_cell(point, size, params.outside);
  let rows = trilinear_rows(cell, size);
  let row_weights = trilinear_row_weights(cell);
  var corners: array<u32, 8>;
  var weights: array<f32, 8>;
  for (var row = 0u; row < 4u; row += 1u) {
    corners[2u * row] = labels[rows[row] + cell.x.low];
    corners[2u * row + 1u] = labels[rows[row] + cell.x.high];
    weights[2u * row] = row_weights[row] * cell.x.weight.x;
    weights[2u * row + 1u] = row_weights[row] * cell.x.weight.y;
  }
  var winner = 0u;
  var most = 0.0;
  for (var candidate = 0u; candidate < 8u; candidate += 1u) {
    let label = corners[candidate];
    var sum = 0.0;
    for (var corner = 0u; corner < 8u; corner += 1u) {
      sum += select(0.0, weights[corner], corners[corner] == label);
    }
    if (sum > most || (sum == most && label < winner)) {
      winner = label;
      most = sum;
    }
  }
  value[i] = winner;
}
