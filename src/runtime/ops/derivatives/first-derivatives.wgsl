// uses: stencil
// derivatives = matrix · differences along the axes of the grid, forward or central.

fn difference(at: stencil_Place, axis: u32) -> f32 {
  let above = plane[stencil_above(at, axis)];
  if (params.forward != 0u) { return above - plane[at.index]; }
  return 0.5 * (above - plane[stencil_below(at, axis)]);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.nx * params.ny * params.nz) { return; }
  let at = stencil_place(i);
  let differences = vec3<f32>(difference(at, 0u), difference(at, 1u), difference(at, 2u));
  derivatives_x[i] = dot(stencil_row(0u), differences);
  derivatives_y[i] = dot(stencil_row(1u), differences);
  derivatives_z[i] = dot(stencil_row(2u), differences);
}
