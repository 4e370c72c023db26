// uses: random
// value_x, value_y, value_z: three random numbers of each index.
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.count) {
    return;
  }
  let drawn = random_uniform(
    random_integers(vec4<u32>(params.seed, params.stream, u32(iteration[0]), i)),
  );
  value_x[i] = drawn.x;
  value_y[i] = drawn.y;
  value_z[i] = drawn.z;
}
