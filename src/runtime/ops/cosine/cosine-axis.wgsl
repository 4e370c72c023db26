// Three planes times the cosines along one axis: coefficients to voxels, or the transpose of that.

const PI = 3.14159265358979;

// cos(π part / (2 voxels)) for part in [0, 4 voxels): WGSL's own is only good to 2⁻¹¹. A quarter of a turn by its series, the
// other quarters from it.
fn cosine(part: u32, voxels: u32) -> f32 {
  var folded = min(part, 4u * voxels - part);
  let is_negative = folded > voxels;
  folded = select(folded, 2u * voxels - folded, is_negative);
  let x = PI * f32(folded) / f32(2u * voxels);
  let s = x * x;
  var sum = 1.0 - s / 132.0;
  sum = 1.0 - s / 90.0 * sum;
  sum = 1.0 - s / 56.0 * sum;
  sum = 1.0 - s / 30.0 * sum;
  sum = 1.0 - s / 12.0 * sum;
  sum = 1.0 - s / 2.0 * sum;
  return select(sum, -sum, is_negative);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  var inner = 1u;
  var length_before = params.nx;
  if (params.axis == 1u) {
    inner = params.nx;
    length_before = params.ny;
  } else if (params.axis == 2u) {
    inner = params.nx * params.ny;
    length_before = params.nz;
  }
  let outer = params.nx * params.ny * params.nz / (inner * length_before);
  let index = weft_index(gid, groups);
  if (index >= inner * params.length * outer) { return; }
  let row = (index / inner) % params.length;
  let start = (index / (inner * params.length)) * inner * length_before + index % inner;
  let voxels = select(params.length, length_before, params.transposed == 1u);

  var sum = vec3<f32>(0.0);
  for (var column = 0u; column < length_before; column += 1u) {
    let k = select(column, row, params.transposed == 1u);
    let i = select(row, column, params.transposed == 1u);
    var weight = 1.0;
    if (k > 0u) {
      // A whole turn is 4 · voxels.
      let part = (k * (2u * i + 1u)) % (4u * voxels);
      weight = sqrt(2.0) * exp(-params.decay * f32(k * k)) * cosine(part, voxels);
    }
    let at = start + column * inner;
    sum += weight * vec3<f32>(source_x[at], source_y[at], source_z[at]);
  }
  target_x[index] = sum.x;
  target_y[index] = sum.y;
  target_z[index] = sum.z;
}
