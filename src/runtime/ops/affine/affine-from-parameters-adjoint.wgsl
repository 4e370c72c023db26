// uses: affine-frame-cotangent
// Cotangents of the parameters from that of the affine.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>) {
  if (gid.x > 0u) {
    return;
  }
  let centre = affine_frame_centre();
  let for_offset = vec3<f32>(cotangent[3], cotangent[7], cotangent[11]);
  var for_linear = transpose(mat3x3<f32>(
    cotangent[0], cotangent[1], cotangent[2],
    cotangent[4], cotangent[5], cotangent[6],
    cotangent[8], cotangent[9], cotangent[10],
  ));
  // The translation holds −L·c, so the linear part's cotangent gets −(translation's)·cᵀ.
  for_linear -= mat3x3<f32>(centre.x * for_offset, centre.y * for_offset, centre.z * for_offset);
  var found = affine_frame_cotangents(for_linear, for_offset);
  for (var i = 0u; i < params.count; i += 1u) {
    parametersCotangent[i] = found[i];
  }
}
