// uses: random
// Draws of an evolution strategy; the layout of `distribution` stands in ops/optimize/evolution.ts. A kernel that uses it
// binds `distribution` and has the uniforms `count`, `free`, `seed` and `stream`.

fn evolution_free(index: u32) -> bool {
  return ((params.free >> index) & 1u) == 1u;
}

// Normal numbers of a candidate by Box and Muller, 0 for numbers that do not act.
fn evolution_normal(iteration: u32, index: u32) -> array<f32, 12> {
  var z: array<f32, 12>;
  for (var block = 0u; block < 3u; block += 1u) {
    let u = random_uniform(
      random_integers(vec4<u32>(params.seed, params.stream, iteration, 4u * index + block)),
    );
    let radius = sqrt(-2.0 * log(1.0 - u.xz));
    let angle = 6.283185307179586 * u.yw;
    let four = vec4<f32>(
      radius.x * cos(angle.x), radius.x * sin(angle.x),
      radius.y * cos(angle.y), radius.y * sin(angle.y),
    );
    for (var i = 0u; i < 4u; i += 1u) {
      let j = 4u * block + i;
      if (j < params.count && evolution_free(j)) { z[j] = four[i]; }
    }
  }
  return z;
}

// B·D·z.
fn evolution_spread(drawn: array<f32, 12>) -> array<f32, 12> {
  var z = drawn;
  var y: array<f32, 12>;
  let factor = 1u + 2u * params.count + params.count * params.count;
  for (var i = 0u; i < params.count; i += 1u) {
    for (var j = 0u; j < params.count; j += 1u) {
      y[i] += distribution[factor + i * params.count + j] * z[j];
    }
  }
  return y;
}
