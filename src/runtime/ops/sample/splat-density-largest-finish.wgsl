// uses: splat-levels workgroup-reduce
// The last element of density = bound on the sum of weights that any source voxel gets.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  let chunks = arrayLength(&density) - 1u;
  var largest = 0.0;
  for (var chunk = lane; chunk < chunks; chunk += WORKGROUP) {
    largest = max(largest, density[chunk]);
  }
  let of_all = workgroup_reduce_max(lane, largest);
  if (lane == 0u) {
    let target_voxels = u32(params.nx) * u32(params.ny) * u32(params.nz);
    density[chunks] = of_all / splat_levels(target_voxels);
  }
}
