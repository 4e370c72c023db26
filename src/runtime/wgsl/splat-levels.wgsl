// Fixed-point arithmetic of `splat`.

// Largest magnitude that a sum of contributions may reach; rounding adds at most half a step each.
const splat_levels_RANGE: f32 = 1073741824.0;

// Cotangents that are all smaller than this count as zero: dividing by less may overflow.
const splat_levels_SMALLEST: f32 = 1e-28;

// Levels of a weight of one while weights are summed: as many as cannot overflow if all target
// voxels read the same source voxel.
fn splat_levels(target_voxels: u32) -> f32 {
  return f32(clamp(1073741824u / target_voxels, 1u, 4096u));
}
