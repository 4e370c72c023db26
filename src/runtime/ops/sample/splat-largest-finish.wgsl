// uses: workgroup-reduce
// The last element of largest = largest magnitude of the whole cotangent.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  let chunks = arrayLength(&largest) - 1u;
  var magnitude = 0.0;
  for (var chunk = lane; chunk < chunks; chunk += WORKGROUP) {
    magnitude = max(magnitude, largest[chunk]);
  }
  let of_all = workgroup_reduce_max(lane, magnitude);
  if (lane == 0u) {
    largest[chunks] = of_all;
  }
}
