// total = box(m/n) + 2·W·box(s/n) + F·box(p/n), from the sums within slices.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= u32(params.nx * params.ny * params.nz)) { return; }
  let slice = params.nx * params.ny;
  let z = i32(i) / slice;
  let low = max(-params.radius, -z);
  let high = min(params.radius, params.nz - 1 - z);
  var sums = vec3<f32>(0.0);
  for (var k = low; k <= high; k += 1) {
    let j = i32(i) + k * slice;
    sums += vec3<f32>(withinMean[j], withinSquare[j], withinProduct[j]);
  }
  total[i] = sums.x + 2.0 * warped[i] * sums.y + fixed[i] * sums.z;
}
