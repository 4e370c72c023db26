// loss = −covariance / √(variance of F · variance of W); 0 where an image is constant.

// Whether an image varies at all: a variance below the square of the mean's rounding is noise.
fn varies(image: u32) -> bool {
  return moments[image] > 1e-12 * means[image] * means[image];
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>) {
  if (gid.x > 0u) { return; }
  var result = 0.0;
  if (varies(0u) && varies(1u)) {
    result = -moments[2] / (sqrt(moments[0]) * sqrt(moments[1]));
  }
  loss[0] = result;
}
