// uses: image-varies
// loss = −[ω̄ ·] covariance / √(variance of F · variance of W); 0 where an image is constant.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>) {
  if (gid.x > 0u) { return; }
  var result = 0.0;
  if (image_varies(0u) && image_varies(1u)) {
    result = -moments[2] / (sqrt(moments[0]) * sqrt(moments[1]));
    if (params.weighted != 0u) { result *= means[2]; }
  }
  loss[0] = result;
}
