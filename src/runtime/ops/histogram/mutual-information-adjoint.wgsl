// uses: joint-table
// Cotangent of the histogram for loss = −mass·MI: −c·ln(p(a,b)·mass/(p(a)·p(b))), 0 in empty cells. One
// workgroup.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  joint_table_prepare(lane);
  for (var cell = lane; cell < params.bins * params.bins; cell += WORKGROUP) {
    var value = 0.0;
    if (histogram[cell] > joint_table_LEAST) {
      value = -cotangent[0] * joint_table_information(cell);
    }
    histogramCotangent[cell] = value;
  }
}
