// uses: voxel-index window-count
// partial = sum of a, or of a·b, over the window along x, clipped at the border. With params.divided
// each voxel is first divided by the number of voxels in its own window.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= u32(params.nx * params.ny * params.nz)) { return; }
  let voxel = vec3<i32>(voxel_index_position(i, u32(params.nx), u32(params.ny)));
  let low = max(voxel.x - params.radius, 0);
  let high = min(voxel.x + params.radius, params.nx - 1);
  let first = i32(i) - voxel.x;
  var sum = 0.0;
  for (var x = low; x <= high; x += 1) {
    var quantity = a[first + x];
    if (params.hasB != 0) { quantity *= b[first + x]; }
    if (params.divided != 0) { quantity /= window_count(x, params.nx); }
    sum += quantity;
  }
  if (params.divided != 0) {
    sum /= window_count(voxel.y, params.ny) * window_count(voxel.z, params.nz);
  }
  partial[i] = sum;
}
