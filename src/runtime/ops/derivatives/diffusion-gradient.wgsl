// uses: voxel-index
// gradient = c/N · Σ over axes of weight · (2u − u₋ − u₊); a missing neighbour adds nothing.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  let count = params.nx * params.ny * params.nz;
  if (i >= count) { return; }
  let voxel = voxel_index_position(i, params.nx, params.ny);
  let slice = params.nx * params.ny;
  let u = plane[i];
  var sum = 0.0;
  if (voxel.x > 0u) { sum += params.weightX * (u - plane[i - 1u]); }
  if (voxel.x + 1u < params.nx) { sum += params.weightX * (u - plane[i + 1u]); }
  if (voxel.y > 0u) { sum += params.weightY * (u - plane[i - params.nx]); }
  if (voxel.y + 1u < params.ny) { sum += params.weightY * (u - plane[i + params.nx]); }
  if (voxel.z > 0u) { sum += params.weightZ * (u - plane[i - slice]); }
  if (voxel.z + 1u < params.nz) { sum += params.weightZ * (u - plane[i + slice]); }
  gradient[i] = cotangent[0] / f32(count) * sum;
}
