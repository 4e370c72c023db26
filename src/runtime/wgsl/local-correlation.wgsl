// Local correlation A² / (B·C) of a voxel from its window means, A the covariance and B and C the variances of F
// and W, clamped at params.epsilon, and the cotangents of the means of W, W² and F·W.

struct local_correlation_Parts {
  covariance: f32,
  variance_fixed: f32,
  variance_warped: f32,
  is_clamped: bool, // whether the variance of W was
}

fn local_correlation_parts(f: f32, ff: f32, w: f32, ww: f32, fw: f32) -> local_correlation_Parts {
  let raw_variance_warped = ww - w * w;
  return local_correlation_Parts(
    fw - f * w,
    max(ff - f * f, params.epsilon),
    max(raw_variance_warped, params.epsilon),
    raw_variance_warped < params.epsilon,
  );
}

// Divided one by one: the product of two variances can leave the range of float32.
fn local_correlation_value(parts: local_correlation_Parts) -> f32 {
  return (parts.covariance / parts.variance_fixed) * (parts.covariance / parts.variance_warped);
}

// ∂cc/∂A = 2A/(B·C), ∂cc/∂C = −A²/(B·C²), which is 0 where C was clamped, times `scale`.
fn local_correlation_cotangents(parts: local_correlation_Parts, f: f32, w: f32, scale: f32) -> vec3<f32> {
  let by_covariance = 2.0 * scale * (parts.covariance / parts.variance_fixed) / parts.variance_warped;
  var by_variance = 0.0;
  if (!parts.is_clamped) {
    by_variance = -0.5 * by_covariance * (parts.covariance / parts.variance_warped);
  }
  return vec3<f32>(-f * by_covariance - 2.0 * w * by_variance, by_variance, by_covariance);
}
