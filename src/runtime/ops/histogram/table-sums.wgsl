// sums[kept] = Σ over the other index of placeᵖᵒʷᵉʳ · cell, with the place of a bin between −½ and ½.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let kept = weft_index(gid, groups);
  if (kept >= params.bins) {
    return;
  }
  var sum = 0.0;
  for (var other = 0u; other < params.bins; other += 1u) {
    let place = (f32(other) - 1.0) / (f32(params.bins) - 3.0) - 0.5;
    var factor = 1.0;
    if (params.power == 1u) { factor = place; }
    if (params.power == 2u) { factor = place * place; }
    sum += factor * histogram[kept * params.keptStride + other * params.summedStride];
  }
  sums[kept] = sum;
}
