// uses: sample-point trilinear
// derivative(x) = derivative of the trilinear interpolation at the point where x lands, along the
// axes of the source, per source voxel. x runs fastest.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= sample_point_count()) {
    return;
  }
  let point = sample_point_at(i);
  let size = sample_point_source_size();
  var slope = vec3<f32>(0.0);
  if (!trilinear_is_cut(point, size, params.outside)) {
    let cell = trilinear_cell(point, size, params.outside);
    let low = trilinear_rows(cell, size) + cell.x.low;
    let high = trilinear_rows(cell, size) + cell.x.high;
    slope = trilinear_derivative(
      cell,
      vec4<f32>(source[low.x], source[low.y], source[low.z], source[low.w]),
      vec4<f32>(source[high.x], source[high.y], source[high.z], source[high.w]),
    );
  }
  derivative_x[i] = slope.x;
  derivative_y[i] = slope.y;
  derivative_z[i] = slope.z;
}
