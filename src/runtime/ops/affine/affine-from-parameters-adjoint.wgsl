// uses: affine-frame
// Cotangents of the parameters from that of the affine; the derivation stands in affine.cpu.ts.

fn inner(a: mat3x3<f32>, b: mat3x3<f32>) -> f32 {
  return dot(a[0], b[0]) + dot(a[1], b[1]) + dot(a[2], b[2]);
}

fn rotation_vector_cotangent(v: vec3<f32>, for_rotation: mat3x3<f32>) -> vec3<f32> {
  let coefficients = affine_frame_coefficients(dot(v, v));
  let k = affine_frame_cross(v);
  let kt = transpose(k);
  let for_cross = coefficients.x * for_rotation +
    coefficients.y * (for_rotation * kt + kt * for_rotation);
  let along_square =
    2.0 * dot(coefficients.zw, vec2<f32>(inner(for_rotation, k), inner(for_rotation, k * k)));
  return along_square * v + vec3<f32>(
    for_cross[1][2] - for_cross[2][1],
    for_cross[2][0] - for_cross[0][2],
    for_cross[0][1] - for_cross[1][0],
  );
}

fn write_cotangents(index: u32, values: vec3<f32>) {
  if (params.count == 7u && index == 6u) {
    parametersCotangent[6] = dot(
      vec3<f32>(affine_frame_factor(6u), affine_frame_factor(7u), affine_frame_factor(8u)),
      values,
    );
    return;
  }
  for (var i = 0u; i < 3u; i += 1u) {
    if (index + i < params.count) {
      parametersCotangent[index + i] = affine_frame_factor(index + i) * values[i];
    }
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>) {
  if (gid.x > 0u) {
    return;
  }
  let axes = affine_frame_axes();
  let centre = affine_frame_centre();
  let v = affine_frame_parameters(0u);
  let turn = affine_frame_matrix(v);
  let stretch = affine_frame_stretch(affine_frame_parameters(6u), affine_frame_parameters(9u));
  let for_offset = vec3<f32>(cotangent[3], cotangent[7], cotangent[11]);
  var for_linear = transpose(mat3x3<f32>(
    cotangent[0], cotangent[1], cotangent[2],
    cotangent[4], cotangent[5], cotangent[6],
    cotangent[8], cotangent[9], cotangent[10],
  ));
  // The translation holds −L·c, so the linear part's cotangent gets −(translation's)·cᵀ.
  for_linear -= mat3x3<f32>(centre.x * for_offset, centre.y * for_offset, centre.z * for_offset);
  let for_local = transpose(axes) * for_linear * axes;
  let for_stretch = transpose(turn) * for_local;
  write_cotangents(0u, rotation_vector_cotangent(v, for_local * transpose(stretch)));
  write_cotangents(3u, transpose(axes) * for_offset);
  write_cotangents(6u, vec3<f32>(
    stretch[0][0] * for_stretch[0][0],
    stretch[1][1] * for_stretch[1][1],
    stretch[2][2] * for_stretch[2][2],
  ));
  write_cotangents(9u, vec3<f32>(for_stretch[1][0], for_stretch[2][0], for_stretch[2][1]));
}
