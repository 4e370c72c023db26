// uses: point-map voxel-index
// Where a kernel that samples looks, in voxels of the source, for a voxel of the target grid.
//
// A kernel that uses it binds `displacement` (three planes, mm, may be absent) and what `point-map`
// asks for, and has the parameters `nx`, `ny`, `nz` (target), `sourceNx`, `sourceNy`, `sourceNz`
// and `displaced`.

fn sample_point_count() -> u32 {
  return u32(params.nx) * u32(params.ny) * u32(params.nz);
}

fn sample_point_source_size() -> vec3<i32> {
  return vec3<i32>(params.sourceNx, params.sourceNy, params.sourceNz);
}

fn sample_point_at(index: u32) -> vec3<f32> {
  var displacement_mm = vec3<f32>(0.0);
  if (params.displaced != 0) {
    displacement_mm =
      vec3<f32>(displacement_x[index], displacement_y[index], displacement_z[index]);
  }
  let voxel = voxel_index_position(index, u32(params.nx), u32(params.ny));
  return point_map_source(voxel, displacement_mm);
}
