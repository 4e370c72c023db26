// Reductions over one workgroup by a fixed tree, so that two runs agree bit for bit. WORKGROUP must
// be a power of two. Every invocation of the workgroup must call, in uniform control flow; all get
// the result.

var<workgroup> workgroup_reduce_lane: array<f32, WORKGROUP>;

fn workgroup_reduce_sum(lane: u32, value: f32) -> f32 {
  workgroup_reduce_lane[lane] = value;
  workgroupBarrier();
  for (var half = WORKGROUP / 2u; half > 0u; half = half / 2u) {
    if (lane < half) {
      workgroup_reduce_lane[lane] += workgroup_reduce_lane[lane + half];
    }
    workgroupBarrier();
  }
  let total = workgroup_reduce_lane[0];
  // The next reduction must not overwrite what another invocation still has to read.
  workgroupBarrier();
  return total;
}

fn workgroup_reduce_max(lane: u32, value: f32) -> f32 {
  workgroup_reduce_lane[lane] = value;
  workgroupBarrier();
  for (var half = WORKGROUP / 2u; half > 0u; half = half / 2u) {
    if (lane < half) {
      workgroup_reduce_lane[lane] =
        max(workgroup_reduce_lane[lane], workgroup_reduce_lane[lane + half]);
    }
    workgroupBarrier();
  }
  let largest = workgroup_reduce_lane[0];
  workgroupBarrier();
  return largest;
}

fn workgroup_reduce_min(lane: u32, value: f32) -> f32 {
  return -workgroup_reduce_max(lane, -value);
}
