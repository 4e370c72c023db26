// uses: ray trilinear
// What a shift of the ray's ends says of the sum: h Σ w ∇V along the axes of the source, per voxel of it, with w = τ/L, the share of
// the end at the detector (planes 0 to 2), and w = 1 − τ/L, that of the focus (planes 3 to 5).

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  let count = u32(params.nx) * u32(params.ny) * u32(params.nz);
  if (i >= count) {
    return;
  }
  let size = ray_source_size();
  let line = ray_line(i);
  var far = vec3<f32>(0.0);
  var near = vec3<f32>(0.0);
  for (var k = line.first; k < line.end; k += 1) {
    let cell = trilinear_cell(line.at + ray_distance(k) * line.per_mm, size, trilinear_ZERO);
    let low = trilinear_rows(cell, size) + cell.x.low;
    let high = trilinear_rows(cell, size) + cell.x.high;
    let slope = trilinear_derivative(
      cell,
      vec4<f32>(volume[low.x], volume[low.y], volume[low.z], volume[low.w]),
      vec4<f32>(volume[high.x], volume[high.y], volume[high.z], volume[high.w]),
    );
    let share = ray_distance(k) / line.length_mm;
    far += share * slope;
    near += (1.0 - share) * slope;
  }
  for (var axis = 0u; axis < 3u; axis += 1u) {
    slopes[axis * count + i] = params.stepMm * far[axis];
    slopes[(3u + axis) * count + i] = params.stepMm * near[axis];
  }
}
