// Affine maps from parameters: a rotation vector, a stretch, and the axes they are taken along. A
// kernel that uses it binds `parameters` and has the uniforms `axesAndCentre`, `radiusMm`, `count`,
// `planar` and `turning`.
// Matrices are columns, as WGSL has them.

// sin θ/θ, (1 − cos θ)/θ² and their derivatives by q = θ². A power series up to a turn: the
// closed forms cancel at small angles, and WGSL allows the built-in sine an error of 2⁻¹¹.
fn affine_frame_coefficients(q: f32) -> vec4<f32> {
  if (q > 40.0) {
    let angle = sqrt(q);
    let sine = sin(angle) / angle;
    let cosine = (1.0 - cos(angle)) / q;
    return vec4<f32>(
      sine,
      cosine,
      (cos(angle) - sine) / (2.0 * q),
      (sine - 2.0 * cosine) / (2.0 * q),
    );
  }
  var term = vec2<f32>(-1.0 / 6.0, -1.0 / 24.0);
  var value = vec2<f32>(0.0);
  var slope = vec2<f32>(0.0);
  for (var k = 1.0; k < 23.0; k += 1.0) {
    value += term;
    slope += k * term;
    term *= -q / vec2<f32>((2.0 * k + 2.0) * (2.0 * k + 3.0), (2.0 * k + 3.0) * (2.0 * k + 4.0));
  }
  return vec4<f32>(vec2<f32>(1.0, 0.5) + q * value, slope);
}

// The matrix of the cross product with v.
fn affine_frame_cross(v: vec3<f32>) -> mat3x3<f32> {
  return mat3x3<f32>(0.0, v.z, -v.y, -v.z, 0.0, v.x, v.y, -v.x, 0.0);
}

fn affine_frame_matrix(v: vec3<f32>) -> mat3x3<f32> {
  let coefficients = affine_frame_coefficients(dot(v, v));
  let k = affine_frame_cross(v);
  let one = mat3x3<f32>(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0);
  return one + coefficients.x * k + coefficients.y * (k * k);
}

// Upper triangular, from log-scales and the shears xy, xz, yz.
fn affine_frame_stretch(log_scales: vec3<f32>, shears: vec3<f32>) -> mat3x3<f32> {
  let scales = exp(log_scales);
  return mat3x3<f32>(
    scales.x, 0.0, 0.0,
    shears.x, scales.y, 0.0,
    shears.y, shears.z, scales.z,
  );
}

fn affine_frame_axes() -> mat3x3<f32> {
  let rows = params.axesAndCentre;
  return transpose(mat3x3<f32>(rows[0].xyz, rows[1].xyz, rows[2].xyz));
}

fn affine_frame_centre() -> vec3<f32> {
  return vec3<f32>(params.axesAndCentre[0].w, params.axesAndCentre[1].w, params.axesAndCentre[2].w);
}

// Reciprocal unit of one of the twelve parameters, or 0 where it is not there or must not act: in a plane,
// rotation about the normal, two translations, two scales and one shear are free.
fn affine_frame_factor(parameter: u32) -> f32 {
  let free_in_plane = 0x2dcu;
  if (parameter >= select(params.count, 9u, params.count == 7u)) {
    return 0.0;
  }
  if (params.turning == 0u && (parameter < 3u || parameter > 5u)) {
    return 0.0;
  }
  if (params.planar != 0u && ((free_in_plane >> parameter) & 1u) == 0u) {
    return 0.0;
  }
  return select(1.0 / params.radiusMm, 1.0, parameter >= 3u && parameter < 6u);
}

// Where one of the twelve is given: of seven parameters the last is the log-scale of all axes.
fn affine_frame_place(parameter: u32) -> u32 {
  return select(parameter, min(parameter, 6u), params.count == 7u);
}

// Three parameters without their unit, from an index on.
fn affine_frame_parameters(first: u32) -> vec3<f32> {
  var result = vec3<f32>(0.0);
  for (var i = 0u; i < 3u; i += 1u) {
    let factor = affine_frame_factor(first + i);
    if (factor != 0.0) {
      result[i] = factor * parameters[affine_frame_place(first + i)];
    }
  }
  return result;
}
