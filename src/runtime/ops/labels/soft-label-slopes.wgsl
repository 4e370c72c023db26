// uses: sample-point trilinear
// slopes[axis](x) = Σ over the eight corners of the slope of their weight along that axis of the moving map, per voxel,
// times what the label there is worth: the cotangent of its count, and of the overlap where the fixed map has it.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  let count = sample_point_count();
  if (i >= count) {
    return;
  }
  let size = sample_point_source_size();
  let cell = trilinear_cell(sample_point_at(i), size, trilinear_EDGE);
  let rows = trilinear_rows(cell, size);
  let own = fixed[i];
  var worth: array<f32, 8>;
  for (var corner = 0u; corner < 8u; corner += 1u) {
    let label = moving[rows[corner / 2u] + select(cell.x.low, cell.x.high, corner % 2u == 1u)];
    worth[corner] = 0.0;
    if (label > 0u) {
      worth[corner] = cotangent[2u * params.labels + label - 1u];
      if (label == own) { worth[corner] += cotangent[label - 1u]; }
    }
  }
  let slope = trilinear_derivative(
    cell,
    vec4<f32>(worth[0], worth[2], worth[4], worth[6]),
    vec4<f32>(worth[1], worth[3], worth[5], worth[7]),
  ) / f32(count);
  slopes[i] = slope.x;
  slopes[count + i] = slope.y;
  slopes[2u * count + i] = slope.z;
}
