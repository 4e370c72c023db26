// uses: voxel-index window-count
// Sums along x of three cotangents, each voxel divided by the number of voxels in its own window.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= u32(params.nx * params.ny * params.nz)) { return; }
  let voxel = vec3<i32>(voxel_index_position(i, u32(params.nx), u32(params.ny)));
  let low = max(-params.radius, -voxel.x);
  let high = min(params.radius, params.nx - 1 - voxel.x);
  var sums = vec3<f32>(0.0);
  for (var k = low; k <= high; k += 1) {
    let j = i32(i) + k;
    sums += vec3<f32>(ofMean[j], ofSquare[j], ofProduct[j]) / window_count(voxel.x + k, params.nx);
  }
  sums /= window_count(voxel.y, params.ny) * window_count(voxel.z, params.nz);
  alongMean[i] = sums.x;
  alongSquare[i] = sums.y;
  alongProduct[i] = sums.z;
}
