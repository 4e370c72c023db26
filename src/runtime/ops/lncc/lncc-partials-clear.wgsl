// Zeros where sums of chunks will be, and where there are more places than chunks.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i < params.partialCount) { partials[i] = 0.0; }
}
