// Reductions over one workgroup by a fixed tree, so that two runs agree bit for bit. WORKGROUP must
// be a power of two. Every invocation of the workgroup must call, in uniform control flow; all get
// the result.

var<workgroup> reduction_lane: array<f32, WORKGROUP>;

fn reduction_sum(value: f32, lane: u32) -> f32 {
  reduction_lane[lane] = value;
  workgroupBarrier();
  for (var half = WORKGROUP / 2u; half > 0u; half = half / 2u) {
    if (lane < half) {
      reduction_lane[lane] += reduction_lane[lane + half];
    }
    workgroupBarrier();
  }
  let total = reduction_lane[0];
  // The next reduction must not overwrite what another invocation still has to read.
  workgroupBarrier();
  return total;
}

fn reduction_max(value: f32, lane: u32) -> f32 {
  reduction_lane[lane] = value;
  workgroupBarrier();
  for (var half = WORKGROUP / 2u; half > 0u; half = half / 2u) {
    if (lane < half) {
      reduction_lane[lane] =
        max(reduction_lane[lane], reduction_lane[lane + half]);
    }
    workgroupBarrier();
  }
  let largest = reduction_lane[0];
  workgroupBarrier();
  return largest;
}

fn reduction_min(value: f32, lane: u32) -> f32 {
  return -reduction_max(-value, lane);
}
