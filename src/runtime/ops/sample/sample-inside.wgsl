// uses: inside sample-point trilinear
// value(x) = source at the point where x lands, trilinear; weight(x) = how far that lies inside. x runs fastest.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= sample_point_count()) {
    return;
  }
  let point = sample_point_at(i);
  let size = sample_point_source_size();
  weight[i] = inside_at(point, size, params.weightOutside);
  if (trilinear_is_cut(point, size, params.outside)) {
    value[i] = 0.0;
    return;
  }
  let cell = trilinear_cell(point, size, params.outside);
  let low = trilinear_rows(cell, size) + cell.x.low;
  let high = trilinear_rows(cell, size) + cell.x.high;
  value[i] = trilinear_value(
    cell,
    vec4<f32>(source[low.x], source[low.y], source[low.z], source[low.w]),
    vec4<f32>(source[high.x], source[high.y], source[high.z], source[high.w]),
  );
}
