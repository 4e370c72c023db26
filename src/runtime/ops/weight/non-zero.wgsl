// inside = 1 where the image is a number other than 0, else 0.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.count) { return; }
  // Both comparisons are false of what is no number.
  inside[i] = select(0.0, 1.0, image[i] < 0.0 || image[i] > 0.0);
}
