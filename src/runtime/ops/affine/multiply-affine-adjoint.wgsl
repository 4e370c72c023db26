// Cotangents of both factors: C·rightᵀ (its last row is 0 0 0 1) and the linear part of leftᵀ·C.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>) {
  if (gid.x > 0u) {
    return;
  }
  for (var row = 0u; row < 3u; row += 1u) {
    for (var column = 0u; column < 4u; column += 1u) {
      var for_left = cotangent[row * 4u + 3u];
      var for_right = 0.0;
      for (var k = 0u; k < 3u; k += 1u) {
        for_right += left[k * 4u + row] * cotangent[k * 4u + column];
      }
      if (column < 3u) {
        for_left = 0.0;
        for (var k = 0u; k < 4u; k += 1u) {
          for_left += cotangent[row * 4u + k] * right[column * 4u + k];
        }
      }
      leftCotangent[row * 4u + column] = for_left;
      rightCotangent[row * 4u + column] = for_right;
    }
  }
}
