// uses: sample-point trilinear
// slopes[axis](x) = Σ over channels of the cotangent at x times the derivative of the trilinear interpolation
// at the point where x lands, along that axis of the source, per source voxel. x runs fastest.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= sample_point_count()) {
    return;
  }
  let point = sample_point_at(i);
  let size = sample_point_source_size();
  var sum = vec3<f32>(0.0);
  if (!trilinear_is_cut(point, size, params.outside)) {
    let cell = trilinear_cell(point, size, params.outside);
    let low = trilinear_rows(cell, size) + cell.x.low;
    let high = trilinear_rows(cell, size) + cell.x.high;
    for (var channel = 0u; channel < params.channels; channel += 1u) {
      let first = i32(channel * params.sourceStride);
      sum += cotangent[channel * params.stride + i] * trilinear_derivative(
        cell,
        vec4<f32>(
          source[first + low.x], source[first + low.y], source[first + low.z], source[first + low.w],
        ),
        vec4<f32>(
          source[first + high.x], source[first + high.y], source[first + high.z], source[first + high.w],
        ),
      );
    }
  }
  let count = sample_point_count();
  slopes[i] = sum.x;
  slopes[count + i] = sum.y;
  slopes[2u * count + i] = sum.z;
}
