// uses: workgroup-reduce voxel-index
// Sums of ½|∂u|² of one plane over chunks of the volume, one workgroup a chunk; forward differences,
// the last one of an axis being zero.

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let count = params.nx * params.ny * params.nz;
  let length_chunk = (count + groups.x - 1u) / groups.x;
  let end = min((group.x + 1u) * length_chunk, count);
  var sum = 0.0;
  for (var i = group.x * length_chunk + lane; i < end; i += WORKGROUP) {
    let voxel = voxel_index_position(i, params.nx, params.ny);
    let u = plane[i];
    if (voxel.x + 1u < params.nx) {
      let difference = plane[i + 1u] - u;
      sum += params.weightX * difference * difference;
    }
    if (voxel.y + 1u < params.ny) {
      let difference = plane[i + params.nx] - u;
      sum += params.weightY * difference * difference;
    }
    if (voxel.z + 1u < params.nz) {
      let difference = plane[i + params.nx * params.ny] - u;
      sum += params.weightZ * difference * difference;
    }
  }
  let total = workgroup_reduce_sum(lane, sum);
  if (lane == 0u) { partials[params.offset + group.x] = 0.5 * total; }
}
