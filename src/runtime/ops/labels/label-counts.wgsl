// counts[label] = voxels of the label in both maps together, counts[places + label] = voxels where
// both have it. Labels from `places` on are passed over. Integer sums are the same in any order.

fn has_place(label: f32) -> bool {
  return label >= 0.0 && label < f32(params.places);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.count) { return; }
  let f = fixed[i];
  let w = warped[i];
  if (has_place(f)) {
    atomicAdd(&counts[u32(f)], 1u);
    if (f == w) { atomicAdd(&counts[params.places + u32(f)], 1u); }
  }
  if (has_place(w)) { atomicAdd(&counts[u32(w)], 1u); }
}
