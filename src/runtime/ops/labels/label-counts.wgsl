// counts[place] = voxels of the label in both maps together, counts[places + place] = voxels where both
// have it. The maps hold indices, whose place is at that index of fixedPlaces and warpedPlaces; −1
// stands for labels that are passed over. Integer sums are the same in any order.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.voxels) { return; }
  let fixed_place = i32(fixedPlaces[fixed[i]]);
  let warped_place = i32(warpedPlaces[warped[i]]);
  if (fixed_place >= 0) {
    atomicAdd(&counts[u32(fixed_place)], 1u);
    if (fixed_place == warped_place) {
      atomicAdd(&counts[params.places + u32(fixed_place)], 1u);
    }
  }
  if (warped_place >= 0) { atomicAdd(&counts[u32(warped_place)], 1u); }
}
