// uses: voxel-index
// mean = mean of the voxels of each cell; the last cell of an axis may have fewer.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= u32(params.cellsX * params.cellsY * params.cellsZ)) { return; }
  let cell = vec3<i32>(voxel_index_position(i, u32(params.cellsX), u32(params.cellsY)));
  let size = vec3<i32>(params.nx, params.ny, params.nz);
  let edge = vec3<i32>(params.edgeX, params.edgeY, params.edgeZ);
  let low = cell * edge;
  let high = min(low + edge, size);
  var sum = 0.0;
  for (var z = low.z; z < high.z; z += 1) {
    for (var y = low.y; y < high.y; y += 1) {
      // Rows first: fewer roundings pile up.
      var row = 0.0;
      for (var x = low.x; x < high.x; x += 1) {
        row += value[x + size.x * (y + size.y * z)];
      }
      sum += row;
    }
  }
  let count = high - low;
  mean[i] = sum / f32(count.x * count.y * count.z);
}
