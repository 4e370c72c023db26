// uses: workgroup-reduce
// value = Sᵀ · Σ partials: adds the chunks by a fixed tree and turns rows along the source's voxel
// axes into rows along the world's. One workgroup.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  let s = params.sourceFromWorld;
  for (var column = 0u; column < 4u; column += 1u) {
    var sums = vec3<f32>(0.0);
    for (var i = lane * 12u + column; i < params.chunks * 12u; i += WORKGROUP * 12u) {
      sums += vec3<f32>(partials[i], partials[i + 4u], partials[i + 8u]);
    }
    sums.x = workgroup_reduce_sum(lane, sums.x);
    sums.y = workgroup_reduce_sum(lane, sums.y);
    sums.z = workgroup_reduce_sum(lane, sums.z);
    if (lane < 3u) {
      value[lane * 4u + column] = s[0][lane] * sums.x + s[1][lane] * sums.y + s[2][lane] * sums.z;
    }
  }
}
