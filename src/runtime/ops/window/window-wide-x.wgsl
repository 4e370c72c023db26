// Sums of W, W² and F·W over the window along x, clipped at the border, kept for a while where the means will be.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= u32(params.nx * params.ny * params.nz)) { return; }
  let x = i32(i) % params.nx;
  let low = max(-params.radius, -x);
  let high = min(params.radius, params.nx - 1 - x);
  var sums = vec3<f32>(0.0);
  for (var k = low; k <= high; k += 1) {
    let w = warped[i32(i) + k];
    sums += w * vec3<f32>(1.0, w, fixed[i32(i) + k]);
  }
  meanWarped[i] = sums.x;
  meanWarpedSquared[i] = sums.y;
  meanProduct[i] = sums.z;
}
