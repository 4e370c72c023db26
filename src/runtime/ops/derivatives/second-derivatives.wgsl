// uses: stencil
// straight = (xx, yy, zz) and mixed = (xy, xz, yz) of matrix · H · matrixᵀ, with H the second differences
// along the axes of the grid.

fn straight_difference(at: stencil_Place, axis: u32) -> f32 {
  return plane[stencil_above(at, axis)] - 2.0 * plane[at.index] + plane[stencil_below(at, axis)];
}

fn mixed_difference(at: stencil_Place, a: u32, b: u32) -> f32 {
  let above = stencil_place(stencil_above(at, a));
  let below = stencil_place(stencil_below(at, a));
  return 0.25 * (plane[stencil_above(above, b)] - plane[stencil_below(above, b)] -
    plane[stencil_above(below, b)] + plane[stencil_below(below, b)]);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.nx * params.ny * params.nz) { return; }
  let at = stencil_place(i);
  let xy = mixed_difference(at, 0u, 1u);
  let xz = mixed_difference(at, 0u, 2u);
  let yz = mixed_difference(at, 1u, 2u);
  let hessian = mat3x3<f32>(
    vec3<f32>(straight_difference(at, 0u), xy, xz),
    vec3<f32>(xy, straight_difference(at, 1u), yz),
    vec3<f32>(xz, yz, straight_difference(at, 2u)),
  );
  let x = stencil_row(0u);
  let y = stencil_row(1u);
  let z = stencil_row(2u);
  straight_x[i] = dot(x, hessian * x);
  straight_y[i] = dot(y, hessian * y);
  straight_z[i] = dot(z, hessian * z);
  mixed_x[i] = dot(x, hessian * y);
  mixed_y[i] = dot(x, hessian * z);
  mixed_z[i] = dot(y, hessian * z);
}
