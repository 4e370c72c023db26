// uses: affine voxel-index
// determinant = det(A)·det(I + S·D), D the differences of the displacement per voxel (mm), S voxel
// from world: the same number as det(A·(I + D·S)).

fn displacement_at(i: u32) -> vec3<f32> {
  return vec3<f32>(displacement_x[i], displacement_y[i], displacement_z[i]);
}

// Central difference along an axis, one-sided at its ends, zero across a single slice.
fn difference(i: u32, stride: u32, position: u32, size: u32) -> vec3<f32> {
  if (size == 1u) { return vec3<f32>(0.0); }
  if (position == 0u) { return displacement_at(i + stride) - displacement_at(i); }
  if (position + 1u == size) { return displacement_at(i) - displacement_at(i - stride); }
  return 0.5 * (displacement_at(i + stride) - displacement_at(i - stride));
}

fn affine_determinant() -> f32 {
  if (params.transformed == 0u) { return 1.0; }
  return determinant_of(
    vec3<f32>(affine[0], affine[1], affine[2]),
    vec3<f32>(affine[4], affine[5], affine[6]),
    vec3<f32>(affine[8], affine[9], affine[10]),
  );
}

fn determinant_of(a: vec3<f32>, b: vec3<f32>, c: vec3<f32>) -> f32 {
  return dot(a, cross(b, c));
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.nx * params.ny * params.nz) { return; }
  let voxel = voxel_index_position(i, params.nx, params.ny);
  let x = difference(i, 1u, voxel.x, params.nx);
  let y = difference(i, params.nx, voxel.y, params.ny);
  let z = difference(i, params.nx * params.ny, voxel.z, params.nz);
  let of_displacement = determinant_of(
    vec3<f32>(1.0, 0.0, 0.0) + affine_vector(params.voxelFromWorld, x),
    vec3<f32>(0.0, 1.0, 0.0) + affine_vector(params.voxelFromWorld, y),
    vec3<f32>(0.0, 0.0, 1.0) + affine_vector(params.voxelFromWorld, z),
  );
  determinant[i] = affine_determinant() * of_displacement;
}
