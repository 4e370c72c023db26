// uses: nearest sample-point
// value(x) = the label of the voxel nearest to the point where x lands, 0 outside. x runs fastest.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= sample_point_count()) {
    return;
  }
  let voxel = nearest_voxel(i);
  value[i] = 0u;
  if (voxel >= 0) {
    value[i] = labels[voxel];
  }
}
