// uses: parzen
// One table of counts a chunk of voxels. A workgroup counts its chunk in workgroup memory, in fixed
// point: sums of integers do not depend on their order. A weight of one is 2³¹/chunkLength levels,
// so that not even a chunk whose voxels all fall into one bin overflows; weights are 1 at most.

// 64 × 64 bins of 4 bytes: all of the default limit on workgroup memory.
var<workgroup> counts: array<atomic<u32>, 4096>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let bins = params.bins;
  let cells = bins * bins;
  let levels = f32(2147483648u / params.chunkLength);
  let fixed_scale = parzen_scale(fixedRange[0], fixedRange[1], bins);
  let warped_scale = parzen_scale(warpedRange[0], warpedRange[1], bins);
  let end = min((group.x + 1u) * params.chunkLength, params.count);
  for (var i = group.x * params.chunkLength + lane; i < end; i += WORKGROUP) {
    let row_at = parzen_coordinate(fixed[i], fixedRange[0], fixed_scale, bins);
    let column_at = parzen_coordinate(warped[i], warpedRange[0], warped_scale, bins);
    let row = parzen_bin(row_at, bins);
    let column = parzen_bin(column_at, bins);
    let rows = parzen_weights(row_at - f32(row), params.window);
    let columns = parzen_weights(column_at - f32(column), params.window);
    var counted = levels;
    if (params.weighted != 0u) { counted *= weight[i]; }
    for (var r = 0u; r < 4u; r += 1u) {
      let cell = (row + r - 1u) * bins + column - 1u;
      let weights = vec4<u32>(max(rows[r] * columns * counted + 0.5, vec4<f32>(0.0)));
      atomicAdd(&counts[cell], weights.x);
      atomicAdd(&counts[cell + 1u], weights.y);
      atomicAdd(&counts[cell + 2u], weights.z);
      atomicAdd(&counts[cell + 3u], weights.w);
    }
  }
  workgroupBarrier();
  for (var cell = lane; cell < cells; cell += WORKGROUP) {
    partials[group.x * cells + cell] = f32(atomicLoad(&counts[cell])) / levels;
  }
}
