// uses: splat-levels
// value = the fixed-point sum as a float; sums = 0 for the next channel.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= arrayLength(&value)) {
    return;
  }
  let step = density[arrayLength(&density) - 1u] / splat_levels_RANGE;
  value[i] = f32(atomicExchange(&sums[i], 0)) * step * largest[arrayLength(&largest) - 1u];
}
