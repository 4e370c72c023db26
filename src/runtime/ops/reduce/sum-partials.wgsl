// uses: workgroup-reduce
// total[q] = factor · Σ partials[q · count + i]; one workgroup a quantity.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var i = lane; i < params.count; i += WORKGROUP) {
    sum += partials[group.x * params.count + i];
  }
  let result = workgroup_reduce_sum(lane, sum);
  if (lane == 0u) { total[group.x] = params.factor * result; }
}
