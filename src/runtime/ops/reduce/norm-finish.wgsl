// uses: workgroup-reduce
// Square root of the largest of `count` values or, with params.isSum, of the sum of their squares;
// one workgroup.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  var largest = 0.0;
  var sum = 0.0;
  for (var i = lane; i < params.count; i += WORKGROUP) {
    largest = max(largest, values[i]);
    sum += values[i] * values[i];
  }
  let largest_of_all = workgroup_reduce_max(lane, largest);
  let sum_of_all = workgroup_reduce_sum(lane, sum);
  if (lane == 0u) { norm[0] = sqrt(select(largest_of_all, sum_of_all, params.isSum != 0u)); }
}
