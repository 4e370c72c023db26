// Three planes times a banded matrix along one axis: a spline's values from its coefficients (mode 0), the
// transpose of that (1), or the coefficients on half the spacing (2). Voxel i lies at ratio · (i + shift) + offset.

fn basis(t: f32) -> f32 {
  let a = abs(t);
  if (a >= 2.0) { return 0.0; }
  if (a < 1.0) { return 2.0 / 3.0 + a * a * (0.5 * a - 1.0); }
  let b = 2.0 - a;
  return b * b * b / 6.0;
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
  let i = weft_index(gid, groups);
  if (i >= inner * params.length * outer) { return; }
  let k = i32((i / inner) % params.length);
  let start = (i / (inner * params.length)) * inner * length_before + i % inner;

  var offset = params.offset;
  if (params.shifted == 1u) { offset += params.ratio * shift[params.axis]; }

  var first = 0;
  var last = 0;
  var position = 0.0;
  // Where the run begins, relative to the position, and how far each of its elements is from the next.
  var begin = 0.0;
  var step = 1.0;
  if (params.mode == 1u) {
    first = i32(ceil((f32(k) - 2.0 - offset) / params.ratio));
    last = i32(floor((f32(k) + 2.0 - offset) / params.ratio));
    step = params.ratio;
    begin = params.ratio * f32(first) + offset - f32(k);
  } else if (params.mode == 2u) {
    let twice = k + i32(round(2.0 * offset));
    first = (twice >> 1u) - 1 + (twice & 1);
    last = (twice >> 1u) + 1;
  } else {
    position = params.ratio * f32(k) + offset;
    first = i32(floor(position)) - 1;
    last = first + 3;
    begin = f32(first) - position;
  }

  var sum = vec3<f32>(0.0);
  for (var j = max(first, 0); j <= min(last, i32(length_before) - 1); j += 1) {
    var weight = basis(begin + f32(j - first) * step);
    if (params.mode == 2u) {
      // 1 6 1 above a coarse control point, 4 4 between two.
      weight = select(0.5, select(0.125, 0.75, j == first + 1), last - first == 2);
    }
    let at = start + u32(j) * inner;
    sum += weight * vec3<f32>(source_x[at], source_y[at], source_z[at]);
  }
  target_x[i] = sum.x;
  target_y[i] = sum.y;
  target_z[i] = sum.z;
}
