// uses: affine voxel-index
// Sums of cotangent · (far ⊗ (d, 1) + near ⊗ (s, 1)) over one chunk of the voxels d a workgroup, s the focus, mm: 12 numbers a chunk,
// row-major, along the axes of the source voxels.

var<workgroup> lanes: array<array<vec4<f32>, 3>, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let nx = u32(params.nx);
  let ny = u32(params.ny);
  let count = nx * ny * u32(params.nz);
  let perChunk = (count + groups.x - 1u) / groups.x;
  let begin = min(group.x * perChunk, count);
  let end = min(begin + perChunk, count);
  let focus = vec4<f32>(params.focusX, params.focusY, params.focusZ, 1.0);
  var rows = array<vec4<f32>, 3>(vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(0.0));
  for (var i = begin + lane; i < end; i += WORKGROUP) {
    let voxel = vec3<f32>(voxel_index_position(i, nx, ny));
    let detector = vec4<f32>(affine_point(params.worldFromTarget, voxel), 1.0);
    for (var axis = 0u; axis < 3u; axis += 1u) {
      rows[axis] += cotangent[i]
        * (slopes[axis * count + i] * detector + slopes[(3u + axis) * count + i] * focus);
    }
  }
  lanes[lane] = rows;
  workgroupBarrier();
  for (var half = WORKGROUP / 2u; half > 0u; half = half / 2u) {
    if (lane < half) {
      for (var row = 0u; row < 3u; row += 1u) { lanes[lane][row] += lanes[lane + half][row]; }
    }
    workgroupBarrier();
  }
  if (lane < 12u) { partials[group.x * 12u + lane] = lanes[0][lane / 4u][lane % 4u]; }
}
