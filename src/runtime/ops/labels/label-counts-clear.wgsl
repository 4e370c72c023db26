// counts = 0. Scratch memory holds whatever its last user left.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i < 2u * params.places) { atomicStore(&counts[i], 0u); }
}
