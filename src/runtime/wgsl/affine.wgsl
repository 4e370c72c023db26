// Row-major 3×4 affine maps, one vec4 a row, the last row 0 0 0 1 implied.

fn affine_point(rows: array<vec4<f32>, 3>, point: vec3<f32>) -> vec3<f32> {
  let p = vec4<f32>(point, 1.0);
  return vec3<f32>(dot(rows[0], p), dot(rows[1], p), dot(rows[2], p));
}

fn affine_vector(rows: array<vec4<f32>, 3>, vector: vec3<f32>) -> vec3<f32> {
  return vec3<f32>(
    dot(rows[0].xyz, vector),
    dot(rows[1].xyz, vector),
    dot(rows[2].xyz, vector),
  );
}

// The transposed linear part: takes covectors (gradients) the other way.
fn affine_covector(rows: array<vec4<f32>, 3>, covector: vec3<f32>) -> vec3<f32> {
  return covector.x * rows[0].xyz + covector.y * rows[1].xyz + covector.z * rows[2].xyz;
}
