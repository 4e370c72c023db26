// Coefficients times the matrix of the bending energy: products of Gram matrices along the axes, rows of seven,
// ⟨xx⟩ + ⟨yy⟩ + ⟨zz⟩ + 2 (⟨xy⟩ + ⟨xz⟩ + ⟨yz⟩). Each control point gathers its 7 × 7 × 7 neighbours.

const REACH: i32 = 3;

// Values, first and second derivatives of a row against a neighbour `d` away; an axis's tables begin at `begin`.
fn gram(begin: u32, count: u32, row: u32, d: i32) -> vec3<f32> {
  let at = begin + row * 7u + u32(d + REACH);
  return vec3<f32>(grams[at], grams[at + 7u * count], grams[at + 14u * count]);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.nx * params.ny * params.nz) { return; }
  let at = vec3<i32>(vec3<u32>(i % params.nx, (i / params.nx) % params.ny, i / (params.nx * params.ny)));
  let size = vec3<i32>(vec3<u32>(params.nx, params.ny, params.nz));
  let begin_y = 21u * params.nx;
  let begin_z = begin_y + 21u * params.ny;
  let low = max(at - REACH, vec3<i32>(0));
  let high = min(at + REACH, size - 1);

  var sum = vec3<f32>(0.0);
  for (var z = low.z; z <= high.z; z += 1) {
    let gz = gram(begin_z, params.nz, u32(at.z), z - at.z);
    for (var y = low.y; y <= high.y; y += 1) {
      let gy = gram(begin_y, params.ny, u32(at.y), y - at.y);
      let none = gy.z * gz.x + gy.x * gz.z + 2.0 * gy.y * gz.y;
      let once = 2.0 * (gy.y * gz.x + gy.x * gz.y);
      let twice = gy.x * gz.x;
      let row = (z * size.y + y) * size.x;
      for (var x = low.x; x <= high.x; x += 1) {
        let gx = gram(0u, params.nx, u32(at.x), x - at.x);
        let weight = gx.x * none + gx.y * once + gx.z * twice;
        let j = u32(row + x);
        sum += weight * vec3<f32>(coefficients_x[j], coefficients_y[j], coefficients_z[j]);
      }
    }
  }
  product_x[i] = sum.x;
  product_y[i] = sum.y;
  product_z[i] = sum.z;
}
