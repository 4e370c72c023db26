// uses: affine voxel-index
// distance = |A·(x + u(x)) − x|, either part of the map as the identity where it is not given.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.nx * params.ny * params.nz) { return; }
  let voxel = vec3<f32>(voxel_index_position(i, params.nx, params.ny));
  let place = affine_point(params.worldFromTarget, voxel);
  var landed = place;
  if (params.displaced != 0u) {
    landed += vec3<f32>(displacement_x[i], displacement_y[i], displacement_z[i]);
  }
  if (params.transformed != 0u) {
    landed = vec3<f32>(
      dot(vec3<f32>(affine[0], affine[1], affine[2]), landed) + affine[3],
      dot(vec3<f32>(affine[4], affine[5], affine[6]), landed) + affine[7],
      dot(vec3<f32>(affine[8], affine[9], affine[10]), landed) + affine[11],
    );
  }
  distance[i] = length(landed - place);
}
