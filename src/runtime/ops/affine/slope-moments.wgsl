// uses: voxel-index
// Sums of weight · dᵢdₖ · yⱼyₗ over one chunk of the voxels a workgroup: 60 numbers a chunk, ten products of places (the place
// and 1) for each of six products of slopes. Neighbouring invocations read neighbouring voxels.

var<workgroup> lanes: array<array<vec3<f32>, 10>, WORKGROUP>;

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
  let m = params.placeFromVoxel;
  var first: array<vec3<f32>, 10>;
  var second: array<vec3<f32>, 10>;
  for (var i = begin + lane; i < end; i += WORKGROUP) {
    let voxel = vec4<f32>(vec3<f32>(voxel_index_position(i, nx, ny)), 1.0);
    let y = vec3<f32>(dot(m[0], voxel), dot(m[1], voxel), dot(m[2], voxel));
    let d = vec3<f32>(derivative_x[i], derivative_y[i], derivative_z[i]);
    let along_x = weight[i] * d.x * d;
    let others = weight[i] * vec3<f32>(d.y * d.y, d.y * d.z, d.z * d.z);
    let places = array<f32, 10>(
      y.x * y.x, y.x * y.y, y.x * y.z, y.x, y.y * y.y, y.y * y.z, y.y, y.z * y.z, y.z, 1.0,
    );
    for (var pair = 0u; pair < 10u; pair += 1u) {
      first[pair] += places[pair] * along_x;
      second[pair] += places[pair] * others;
    }
  }
  // Two halves, one after the other: both at once are more than a workgroup may keep.
  for (var half_of_slopes = 0u; half_of_slopes < 2u; half_of_slopes += 1u) {
    if (half_of_slopes == 0u) { lanes[lane] = first; } else { lanes[lane] = second; }
    workgroupBarrier();
    for (var half = WORKGROUP / 2u; half > 0u; half = half / 2u) {
      if (lane < half) {
        for (var pair = 0u; pair < 10u; pair += 1u) { lanes[lane][pair] += lanes[lane + half][pair]; }
      }
      workgroupBarrier();
    }
    if (lane < 10u) {
      for (var slope = 0u; slope < 3u; slope += 1u) {
        partials[group.x * 60u + (3u * half_of_slopes + slope) * 10u + lane] = lanes[0][lane][slope];
      }
    }
    workgroupBarrier();
  }
}
