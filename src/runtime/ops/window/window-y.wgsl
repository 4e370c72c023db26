// sums = sum of partial over the window along y, clipped at the border.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= u32(params.nx * params.ny * params.nz)) { return; }
  let y = (i32(i) / params.nx) % params.ny;
  let low = max(-params.radius, -y);
  let high = min(params.radius, params.ny - 1 - y);
  var sum = 0.0;
  for (var k = low; k <= high; k += 1) { sum += partial[i32(i) + k * params.nx]; }
  sums[i] = sum;
}
