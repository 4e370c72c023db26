// value[c][i] = source[c][indices[i]], for every channel c.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let at = weft_index(gid, groups);
  if (at >= params.count * params.channels) {
    return;
  }
  let channel = at / params.count;
  let i = at - channel * params.count;
  value[channel * params.stride + i] = source[channel * params.sourceStride + u32(indices[i])];
}
