// uses: stencil
// plane = the transposed of the second derivatives, gathered.

// What the second differences along two axes at voxel i are worth; both orders of unequal axes together.
fn along(i: u32, a: u32, b: u32) -> f32 {
  let x = stencil_row(0u);
  let y = stencil_row(1u);
  let z = stencil_row(2u);
  let sum = x[a] * x[b] * straight_x[i] + y[a] * y[b] * straight_y[i] + z[a] * z[b] * straight_z[i];
  let crossed = (x[a] * y[b] + x[b] * y[a]) * mixed_x[i] +
    (x[a] * z[b] + x[b] * z[a]) * mixed_y[i] + (y[a] * z[b] + y[b] * z[a]) * mixed_z[i];
  if (a == b) { return sum + 0.5 * crossed; }
  return 2.0 * sum + crossed;
}

fn straight_transposed(at: stencil_Place, axis: u32) -> f32 {
  return along(stencil_above(at, axis), axis, axis) - 2.0 * along(at.index, axis, axis) +
    along(stencil_below(at, axis), axis, axis);
}

// (u₊ − u₋)ᵀ along axis b: at an edge the voxel stood for its neighbour, with the other sign.
fn inner_transposed(at: stencil_Place, a: u32, b: u32) -> f32 {
  let below = along(stencil_below(at, b), a, b);
  let above = along(stencil_above(at, b), a, b);
  return select(below, -below, stencil_is_first(at, b)) -
    select(above, -above, stencil_is_last(at, b));
}

fn mixed_transposed(at: stencil_Place, a: u32, b: u32) -> f32 {
  let below = inner_transposed(stencil_place(stencil_below(at, a)), a, b);
  let above = inner_transposed(stencil_place(stencil_above(at, a)), a, b);
  return 0.25 * (select(below, -below, stencil_is_first(at, a)) -
    select(above, -above, stencil_is_last(at, a)));
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.nx * params.ny * params.nz) { return; }
  let at = stencil_place(i);
  plane[i] = straight_transposed(at, 0u) + straight_transposed(at, 1u) +
    straight_transposed(at, 2u) + mixed_transposed(at, 0u, 1u) +
    mixed_transposed(at, 0u, 2u) + mixed_transposed(at, 1u, 2u);
}
