// uses: affine-frame-cotangent
// matrix = 2·factor/points · Kᵀ·F·K: F the sums, turned into the world by G; K how the map changes with its
// parameters. One workgroup; what each array is stands in affine-curvature.cpu.ts.

var<workgroup> sums: array<f32, 60>;
var<workgroup> changes: array<array<f32, 12>, 12>;

fn pair_of(size: u32, a: u32, b: u32) -> u32 {
  let first = min(a, b);
  return first * size + max(a, b) - (first * (first + 1u)) / 2u;
}

// Source voxels from what the model gives, column by column.
fn slope_from_model() -> mat3x3<f32> {
  let rows = params.sourceFromWorld;
  let s = transpose(mat3x3<f32>(rows[0].xyz, rows[1].xyz, rows[2].xyz));
  if (params.chained == 0u) { return s; }
  return s * transpose(mat3x3<f32>(
    initial[0], initial[1], initial[2],
    initial[4], initial[5], initial[6],
    initial[8], initial[9], initial[10],
  ));
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  if (lane < 60u) {
    var sum = 0.0;
    for (var chunk = 0u; chunk < params.chunks; chunk += 1u) { sum += partials[chunk * 60u + lane]; }
    sums[lane] = sum;
  }
  if (lane < 12u) {
    let row = lane / 4u;
    let column = lane % 4u;
    var for_linear = mat3x3<f32>();
    var for_offset = vec3<f32>();
    if (column == 3u) { for_offset[row] = 1.0; } else { for_linear[column][row] = params.radiusMm; }
    changes[lane] = affine_frame_cotangents(for_linear, for_offset);
  }
  workgroupBarrier();
  if (lane >= params.count) { return; }
  let g = slope_from_model();
  let scale = 2.0 * factor[0] / f32(params.points);
  var product: array<f32, 12>;
  for (var a = 0u; a < 12u; a += 1u) {
    var total = 0.0;
    for (var b = 0u; b < 12u; b += 1u) {
      let place = pair_of(4u, a % 4u, b % 4u);
      var entry = 0.0;
      for (var m = 0u; m < 3u; m += 1u) {
        for (var n = 0u; n < 3u; n += 1u) {
          entry += g[a / 4u][m] * g[b / 4u][n] * sums[pair_of(3u, m, n) * 10u + place];
        }
      }
      total += entry * changes[b][lane];
    }
    product[a] = total;
  }
  for (var row = 0u; row < params.count; row += 1u) {
    var total = 0.0;
    for (var a = 0u; a < 12u; a += 1u) { total += changes[a][row] * product[a]; }
    matrix[row * params.count + lane] = scale * total;
  }
}
