// uses: sample-point trilinear
// weight(x) = how far the point where x lands lies inside the source: 1 within, falling to 0 within a
// voxel of the edge, or, where params.outside is `cut`, 0 beyond half a voxel. x runs fastest.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= sample_point_count()) {
    return;
  }
  let point = sample_point_at(i);
  let size = sample_point_source_size();
  if (params.outside == trilinear_CUT) {
    weight[i] = select(1.0, 0.0, trilinear_is_cut(point, size, params.outside));
    return;
  }
  let along = clamp(min(point + 1.0, vec3<f32>(size) - point), vec3<f32>(0.0), vec3<f32>(1.0));
  let counted = select(along, vec3<f32>(1.0), size == vec3<i32>(1));
  weight[i] = counted.x * counted.y * counted.z;
}
