// imageCotangent = cotangent / (high − low) within the range, 0 where the value was clamped.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.count) { return; }
  let low = range[0];
  let high = range[1];
  var result = 0.0;
  if (image[i] > low && image[i] < high) { result = cotangent[i] / (high - low); }
  imageCotangent[i] = result;
}
