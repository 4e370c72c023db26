// cell = placeᵖᵒʷᵉʳ · cotangent[kept], with the place of a bin between −½ and ½.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let cell = weft_index(gid, groups);
  if (cell >= params.bins * params.bins) {
    return;
  }
  let kept = (cell / params.keptStride) % params.bins;
  let other = (cell / params.summedStride) % params.bins;
  let place = (f32(other) - 1.0) / (f32(params.bins) - 3.0) - 0.5;
  var factor = 1.0;
  if (params.power == 1u) { factor = place; }
  if (params.power == 2u) { factor = place * place; }
  histogram[cell] = factor * cotangent[kept];
}
