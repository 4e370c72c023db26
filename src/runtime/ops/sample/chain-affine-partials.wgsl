// uses: affine voxel-index
// Sums of cotangent · derivative_i · y_j, y = (x + u, 1) in mm, over one chunk of the voxels a
// workgroup: 12 numbers a chunk, row-major, along the axes of the source voxels. Neighbouring
// invocations read neighbouring voxels. The 12 sums go down one tree together: a tree each would
// wait for the workgroup twelve times as often.

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
  var row0 = vec4<f32>(0.0);
  var row1 = vec4<f32>(0.0);
  var row2 = vec4<f32>(0.0);
  for (var i = begin + lane; i < end; i += WORKGROUP) {
    let voxel = vec3<f32>(voxel_index_position(i, nx, ny));
    var world = affine_point(params.worldFromTarget, voxel);
    if (params.displaced != 0) {
      world += vec3<f32>(displacement_x[i], displacement_y[i], displacement_z[i]);
    }
    let y = vec4<f32>(world, 1.0);
    row0 += cotangent[i] * derivative_x[i] * y;
    row1 += cotangent[i] * derivative_y[i] * y;
    row2 += cotangent[i] * derivative_z[i] * y;
  }
  lanes[lane] = array<vec4<f32>, 3>(row0, row1, row2);
  workgroupBarrier();
  for (var half = WORKGROUP / 2u; half > 0u; half = half / 2u) {
    if (lane < half) {
      for (var row = 0u; row < 3u; row += 1u) { lanes[lane][row] += lanes[lane + half][row]; }
    }
    workgroupBarrier();
  }
  if (lane < 12u) { partials[group.x * 12u + lane] = lanes[0][lane / 4u][lane % 4u]; }
}
