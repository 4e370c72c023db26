// uses: joint-table workgroup-reduce
// loss = −Σ p(a,b)·ln(p(a,b)·mass/(p(a)·p(b))). One workgroup.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  joint_table_prepare(lane);
  var sum = 0.0;
  for (var cell = lane; cell < params.bins * params.bins; cell += WORKGROUP) {
    if (histogram[cell] > joint_table_LEAST) {
      sum += histogram[cell] * joint_table_information(cell);
    }
  }
  let information = workgroup_reduce_sum(lane, sum);
  if (lane == 0u) {
    loss[0] = -information;
  }
}
