// uses: ray trilinear
// value(d) = h Σ V(A (s + τ e)) over the middles τ of steps of length h from the focus s to the voxel d.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= u32(params.nx) * u32(params.ny) * u32(params.nz)) {
    return;
  }
  let size = ray_source_size();
  let line = ray_line(i);
  var sum = 0.0;
  for (var k = line.first; k < line.end; k += 1) {
    let cell = trilinear_cell(line.at + ray_distance(k) * line.per_mm, size, trilinear_ZERO);
    let low = trilinear_rows(cell, size) + cell.x.low;
    let high = trilinear_rows(cell, size) + cell.x.high;
    sum += trilinear_value(
      cell,
      vec4<f32>(volume[low.x], volume[low.y], volume[low.z], volume[low.w]),
      vec4<f32>(volume[high.x], volume[high.y], volume[high.z], volume[high.w]),
    );
  }
  value[i] = params.stepMm * sum;
}
