// uses: sample-point splat-levels trilinear
// Adds each cotangent to the eight source voxels that its sample came from, in whole steps: a
// magnitude of `largest` on the voxel with the largest summed weight comes to 2^30 at most, so that
// no sum overflows. Integer sums are the same in any order.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  let magnitude = largest[arrayLength(&largest) - 1u];
  if (i >= sample_point_count() || magnitude < splat_levels_SMALLEST) {
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
  let steps =
    cotangent[i] / magnitude * (splat_levels_RANGE / density[arrayLength(&density) - 1u]);
  for (var row = 0u; row < 4u; row += 1u) {
    let low = i32(round(steps * row_weights[row] * cell.x.weight.x));
    let high = i32(round(steps * row_weights[row] * cell.x.weight.y));
    if (low != 0) {
      atomicAdd(&sums[rows[row] + cell.x.low], low);
    }
    if (high != 0) {
      atomicAdd(&sums[rows[row] + cell.x.high], high);
    }
  }
}
