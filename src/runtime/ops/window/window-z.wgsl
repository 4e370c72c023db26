// uses: voxel-index window-count
// total = [total +] factor · [multiplier ·] sum over the window along z [/ n], clipped at the border;
// n is the number of voxels in the clipped window.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= u32(params.nx * params.ny * params.nz)) { return; }
  let voxel = vec3<i32>(voxel_index_position(i, u32(params.nx), u32(params.ny)));
  let slice = params.nx * params.ny;
  let low = max(-params.radius, -voxel.z);
  let high = min(params.radius, params.nz - 1 - voxel.z);
  var sum = 0.0;
  for (var k = low; k <= high; k += 1) { sum += sums[i32(i) + k * slice]; }
  if (params.divided != 0) {
    sum /= window_count(voxel.x, params.nx) * window_count(voxel.y, params.ny) * f32(high - low + 1);
  }
  sum *= params.factor;
  if (params.hasMultiplier != 0) { sum *= multiplier[i]; }
  if (params.accumulate != 0) { sum += total[i]; }
  total[i] = sum;
}
