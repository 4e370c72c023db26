// dice[place] = 2·overlap / (voxels in both maps together); −1 where the label occurs in neither.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>) {
  if (gid.x > 0u) { return; }
  let size = counts[params.label];
  var result = -1.0;
  if (size > 0u) { result = 2.0 * f32(counts[params.places + params.label]) / f32(size); }
  dice[params.place] = result;
}
