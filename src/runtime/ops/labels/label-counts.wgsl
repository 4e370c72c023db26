// counts[place] = voxels of labels[place] in both maps together, counts[count of labels + place] =
// voxels where both have it. Labels that the ascending table lacks are passed over. Integer sums are
// the same in any order.

// The number of labels where the table lacks this one.
fn place_of(label: f32) -> u32 {
  let count = arrayLength(&labels);
  var low = 0u;
  var high = count;
  while (low < high) {
    let middle = (low + high) / 2u;
    if (labels[middle] < label) { low = middle + 1u; } else { high = middle; }
  }
  if (low < count && labels[low] == label) { return low; }
  return count;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.voxels) { return; }
  let count = arrayLength(&labels);
  let f = fixed[i];
  let w = warped[i];
  let fixed_place = place_of(f);
  if (fixed_place < count) {
    atomicAdd(&counts[fixed_place], 1u);
    if (f == w) { atomicAdd(&counts[count + fixed_place], 1u); }
  }
  let warped_place = place_of(w);
  if (warped_place < count) { atomicAdd(&counts[warped_place], 1u); }
}
