// uses: voxel-index window-count
// Window means from the sums within slices.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= u32(params.nx * params.ny * params.nz)) { return; }
  let voxel = vec3<i32>(voxel_index_position(i, u32(params.nx), u32(params.ny)));
  let low = max(-params.radius, -voxel.z);
  let high = min(params.radius, params.nz - 1 - voxel.z);
  var sums = vec3<f32>(0.0);
  for (var k = low; k <= high; k += 1) {
    let j = i32(i) + k * params.nx * params.ny;
    sums += vec3<f32>(withinWarped[j], withinSquared[j], withinProduct[j]);
  }
  let members = window_count(voxel.x, params.nx) * window_count(voxel.y, params.ny) * f32(high - low + 1);
  meanWarped[i] = sums.x / members;
  meanWarpedSquared[i] = sums.y / members;
  meanProduct[i] = sums.z / members;
}
