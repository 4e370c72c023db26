// histogram = Σ partial tables / voxels. A workgroup sums 16 neighbouring cells: each of its 16
// slices takes every 16th table in order, then the slices are added by a fixed tree.

const CELLS: u32 = 16u;
var<workgroup> slice_sums: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let cell = group.x * CELLS + lane % CELLS;
  var sum = 0.0;
  if (cell < params.cells) {
    for (var chunk = lane / CELLS; chunk < params.chunks; chunk += WORKGROUP / CELLS) {
      sum += partials[chunk * params.cells + cell];
    }
  }
  slice_sums[lane] = sum;
  workgroupBarrier();
  for (var half = WORKGROUP / 2u; half >= CELLS; half = half / 2u) {
    if (lane < half) {
      slice_sums[lane] += slice_sums[lane + half];
    }
    workgroupBarrier();
  }
  if (lane < CELLS && cell < params.cells) {
    histogram[cell] = slice_sums[lane] / f32(params.voxels);
  }
}
