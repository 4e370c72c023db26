// uses: inside sample-point
// weight(x) = how far the point where x lands lies inside the source. x runs fastest.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= sample_point_count()) {
    return;
  }
  weight[i] = inside_at(sample_point_at(i), sample_point_source_size(), params.outside);
}
