// affine = left·right: row-major 3×4, last rows implied.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>) {
  if (gid.x > 0u) {
    return;
  }
  for (var row = 0u; row < 12u; row += 4u) {
    for (var column = 0u; column < 4u; column += 1u) {
      affine[row + column] =
        left[row] * right[column] +
        left[row + 1u] * right[4u + column] +
        left[row + 2u] * right[8u + column] +
        select(0.0, left[row + 3u], column == 3u);
    }
  }
}
