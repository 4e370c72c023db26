// uses: workgroup-reduce
// Lowest of the first params.count numbers and highest of the second. One workgroup.

const LARGEST: f32 = 3.4028234e38;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  var low = LARGEST;
  var high = -LARGEST;
  for (var i = lane; i < params.count; i += WORKGROUP) {
    low = min(low, partials[i]);
    high = max(high, partials[params.count + i]);
  }
  let lowest = workgroup_reduce_min(lane, low);
  let highest = workgroup_reduce_max(lane, high);
  if (lane == 0u) {
    range[0] = lowest;
    range[1] = highest;
  }
}
