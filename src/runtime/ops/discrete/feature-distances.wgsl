// uses: voxel-index displacement-window
// costs of displacements, a plane each: what the features of a voxel and of its partner differ by, squared and
// summed; a partner that does not count, or none, costs as much as one of which nothing is known.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = i32(weft_index(gid, groups));
  let voxels = params.nx * params.ny * params.nz;
  if (i >= voxels * params.count) { return; }
  let index = i / voxels;
  let own = i - index * voxels;
  let reach = vec3<i32>(params.reachX, params.reachY, params.reachZ);
  let size = vec3<i32>(params.nx, params.ny, params.nz);
  let partner = vec3<i32>(voxel_index_position(u32(own), u32(params.nx), u32(params.ny))) +
    displacement_of_window(params.first + index, reach);
  var cost = unknown[0];
  if (all(partner >= vec3<i32>(0)) && all(partner < size)) {
    let other = partner.x + size.x * (partner.y + size.y * partner.z);
    var sum = 0.0;
    for (var channel = 0; channel < params.channels; channel += 1) {
      let first = channel * params.stride;
      let apart = fixed[first + own] - moving[first + other];
      sum += apart * apart;
    }
    let seen = movingWeight[other];
    cost = seen * sum + (1.0 - seen) * cost;
  }
  costs[index * params.stride + own] = fixedWeight[own] * cost;
}
