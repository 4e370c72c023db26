// uses: sample-point trilinear
// One table of counts a chunk of voxels: Σ ω of each label where both maps have it, in the fixed map, and in the moving
// one. A workgroup counts its chunk in workgroup memory, in fixed point: sums of integers do not
// depend on their order. All eight corners together weigh one at most, so that a chunk cannot overflow.

var<workgroup> counts: array<atomic<u32>, 3072>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let cells = 3u * params.labels;
  let levels = f32(2147483648u / params.chunkLength);
  let size = sample_point_source_size();
  let end = min((group.x + 1u) * params.chunkLength, sample_point_count());
  for (var i = group.x * params.chunkLength + lane; i < end; i += WORKGROUP) {
    var counted = levels;
    if (params.weighted != 0) { counted *= weight[i]; }
    let own = fixed[i];
    if (own > 0u) { atomicAdd(&counts[params.labels + own - 1u], u32(counted + 0.5)); }
    let cell = trilinear_cell(sample_point_at(i), size, trilinear_EDGE);
    let rows = trilinear_rows(cell, size);
    let row_weights = trilinear_row_weights(cell);
    for (var corner = 0u; corner < 8u; corner += 1u) {
      let row = corner / 2u;
      let is_high = corner % 2u == 1u;
      let label = moving[rows[row] + select(cell.x.low, cell.x.high, is_high)];
      if (label == 0u) { continue; }
      let share = u32(
        max(counted * row_weights[row] * select(cell.x.weight.x, cell.x.weight.y, is_high) + 0.5, 0.0),
      );
      atomicAdd(&counts[2u * params.labels + label - 1u], share);
      if (label == own) { atomicAdd(&counts[label - 1u], share); }
    }
  }
  workgroupBarrier();
  for (var cell = lane; cell < cells; cell += WORKGROUP) {
    partials[group.x * cells + cell] = f32(atomicLoad(&counts[cell])) / levels;
  }
}
