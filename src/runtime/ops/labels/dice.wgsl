// dice[1 + place] = 2·overlap / (voxels in both maps together); −1 where the label occurs in neither.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let place = weft_index(gid, groups);
  if (place >= params.places) { return; }
  let size = counts[place];
  var result = -1.0;
  if (size > 0u) { result = 2.0 * f32(counts[params.places + place]) / f32(size); }
  dice[1u + place] = result;
}
