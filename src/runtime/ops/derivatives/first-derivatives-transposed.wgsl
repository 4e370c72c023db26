// uses: stencil
// plane = the transposed of the first derivatives, gathered.

// What the differences along an axis at voxel i are worth.
fn along(i: u32, axis: u32) -> f32 {
  return stencil_row(0u)[axis] * cotangents_x[i] +
    stencil_row(1u)[axis] * cotangents_y[i] +
    stencil_row(2u)[axis] * cotangents_z[i];
}

fn transposed(at: stencil_Place, axis: u32) -> f32 {
  let own = along(at.index, axis);
  var before = 0.0;
  if (!stencil_is_first(at, axis)) { before = along(stencil_below(at, axis), axis); }
  if (params.forward != 0u) { return before - select(own, 0.0, stencil_is_last(at, axis)); }
  var after = 0.0;
  if (!stencil_is_last(at, axis)) { after = along(stencil_above(at, axis), axis); }
  let edges = select(0.0, own, stencil_is_last(at, axis)) -
    select(0.0, own, stencil_is_first(at, axis));
  return 0.5 * (before - after + edges);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.nx * params.ny * params.nz) { return; }
  let at = stencil_place(i);
  plane[i] = transposed(at, 0u) + transposed(at, 1u) + transposed(at, 2u);
}
