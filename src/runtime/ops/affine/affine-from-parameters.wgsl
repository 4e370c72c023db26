// uses: affine-frame
// affine = x ↦ c + t + E·R·U·Eᵀ·(x − c), with E the axes along which the parameters are taken.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>) {
  if (gid.x > 0u) {
    return;
  }
  let axes = affine_frame_axes();
  let centre = affine_frame_centre();
  let turn = affine_frame_matrix(affine_frame_parameters(0u));
  let stretch = affine_frame_stretch(affine_frame_parameters(6u), affine_frame_parameters(9u));
  let linear = axes * turn * stretch * transpose(axes);
  let offset = centre + axes * affine_frame_parameters(3u) - linear * centre;
  for (var row = 0u; row < 3u; row += 1u) {
    affine[row * 4u] = linear[0][row];
    affine[row * 4u + 1u] = linear[1][row];
    affine[row * 4u + 2u] = linear[2][row];
    affine[row * 4u + 3u] = offset[row];
  }
}
