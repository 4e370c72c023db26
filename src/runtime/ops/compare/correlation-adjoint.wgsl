// uses: image-varies
// Cotangent of W for loss = −[ω̄ ·] ncc: −c·[ω]/N · (f/√(B·C) − ncc·w/C), with f and w the images less
// their means, B and C the variances; 0 where an image is constant.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.count) { return; }
  var counted = 1.0;
  var weights = 1.0;
  if (params.weighted != 0u) {
    counted = weight[i];
    weights = means[2];
  }
  var by_fixed = 0.0;
  var by_warped = 0.0;
  if (image_varies(0u) && image_varies(1u)) {
    by_fixed = -cotangent[0] * weights / f32(params.count) / (sqrt(moments[0]) * sqrt(moments[1]));
    by_warped = -by_fixed * moments[2] / moments[1];
  }
  warpedCotangent[i] =
    counted * (by_fixed * (fixed[i] - means[0]) + by_warped * (warped[i] - means[1]));
}
