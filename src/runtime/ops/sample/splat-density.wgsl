// uses: sample-point splat-levels trilinear
// Adds the weight with which each target voxel reads the source to the eight source voxels, rounded
// up to whole levels.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= sample_point_count()) {
    return;
  }
  let point = sample_point_at(i);
  let size = sample_point_source_size();
  if (trilinear_is_cut(point, size, params.outside)) {
    return;
  }
  let cell = trilinear_cell(point, size, params.outside);
  let rows = trilinear_rows(cell, size);
  let row_weights = trilinear_row_weights(cell);
  let levels = splat_levels(sample_point_count());
  for (var row = 0u; row < 4u; row += 1u) {
    let low = i32(ceil(levels * row_weights[row] * cell.x.weight.x));
    let high = i32(ceil(levels * row_weights[row] * cell.x.weight.y));
    if (low > 0) {
      atomicAdd(&sums[rows[row] + cell.x.low], low);
    }
    if (high > 0) {
      atomicAdd(&sums[rows[row] + cell.x.high], high);
    }
  }
}
