// Sums of three quantities over the window along y, clipped at the border. Which buffers these are, the kernel says.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= u32(params.nx * params.ny * params.nz)) { return; }
  let y = (i32(i) / params.nx) % params.ny;
  let low = max(-params.radius, -y);
  let high = min(params.radius, params.ny - 1 - y);
  var sums = vec3<f32>(0.0);
  for (var k = low; k <= high; k += 1) {
    let j = i32(i) + k * params.nx;
    sums += vec3<f32>(FROM0[j], FROM1[j], FROM2[j]);
  }
  TO0[i] = sums.x;
  TO1[i] = sums.y;
  TO2[i] = sums.z;
}
