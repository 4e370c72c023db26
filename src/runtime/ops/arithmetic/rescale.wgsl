// rescaled = clamp((image − low) / (high − low), 0, 1); 0 where the range is empty.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.count) { return; }
  let low = range[0];
  let width = range[1] - low;
  var result = 0.0;
  if (width > 0.0) { result = clamp((image[i] - low) / width, 0.0, 1.0); }
  rescaled[i] = result;
}
