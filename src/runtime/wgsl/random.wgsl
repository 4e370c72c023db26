// Random numbers as a function of four integers: no state, so that any invocation has its own in any order.
// Equal bit for bit to ops/random/random.cpu.ts.

// pcg4d of Jarzynski and Olano: Hash Functions for GPU Rendering, 2020 (JCGT 9(3)).
fn random_integers(key: vec4<u32>) -> vec4<u32> {
  var v = key * 1664525u + 1013904223u;
  v = random_mix(v);
  v ^= v >> vec4<u32>(16u);
  return random_mix(v);
}

fn random_mix(mixed: vec4<u32>) -> vec4<u32> {
  var v = mixed;
  v.x += v.y * v.w;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v.w += v.y * v.z;
  return v;
}

// The upper 24 bits as a multiple of 2^-24 in [0, 1): exact in float32.
fn random_uniform(bits: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(bits >> vec4<u32>(8u)) * 5.9604644775390625e-8;
}
