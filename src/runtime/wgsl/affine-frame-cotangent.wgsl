// uses: affine-frame
// Cotangents of the parameters from that of the affine; the derivation stands in ops/affine/affine.cpu.ts.

fn affine_frame_inner(a: mat3x3<f32>, b: mat3x3<f32>) -> f32 {
  return dot(a[0], b[0]) + dot(a[1], b[1]) + dot(a[2], b[2]);
}

fn affine_frame_rotation_cotangent(v: vec3<f32>, for_rotation: mat3x3<f32>) -> vec3<f32> {
  let coefficients = affine_frame_coefficients(dot(v, v));
  let k = affine_frame_cross(v);
  let kt = transpose(k);
  let for_cross = coefficients.x * for_rotation +
    coefficients.y * (for_rotation * kt + kt * for_rotation);
  let along_square = 2.0 * dot(
    coefficients.zw,
    vec2<f32>(affine_frame_inner(for_rotation, k), affine_frame_inner(for_rotation, k * k)),
  );
  return along_square * v + vec3<f32>(
    for_cross[1][2] - for_cross[2][1],
    for_cross[2][0] - for_cross[0][2],
    for_cross[0][1] - for_cross[1][0],
  );
}

// Of the twelve parameters in their places, 0 where one is not there: from the cotangent of the linear part, about
// the centre, and that of the shift.
fn affine_frame_cotangents(for_linear: mat3x3<f32>, for_offset: vec3<f32>) -> array<f32, 12> {
  let axes = affine_frame_axes();
  let v = affine_frame_parameters(0u);
  let turn = affine_frame_matrix(v);
  let stretch = affine_frame_stretch(affine_frame_parameters(6u), affine_frame_parameters(9u));
  let for_local = transpose(axes) * for_linear * axes;
  let for_stretch = transpose(turn) * for_local;
  var by_place = array<vec3<f32>, 4>(
    affine_frame_rotation_cotangent(v, for_local * transpose(stretch)),
    transpose(axes) * for_offset,
    vec3<f32>(
      stretch[0][0] * for_stretch[0][0],
      stretch[1][1] * for_stretch[1][1],
      stretch[2][2] * for_stretch[2][2],
    ),
    vec3<f32>(for_stretch[1][0], for_stretch[2][0], for_stretch[2][1]),
  );
  var result: array<f32, 12>;
  for (var i = 0u; i < 12u; i += 1u) {
    let factor = affine_frame_factor(i);
    if (factor != 0.0) {
      result[affine_frame_place(i)] += factor * by_place[i / 3u][i % 3u];
    }
  }
  return result;
}
