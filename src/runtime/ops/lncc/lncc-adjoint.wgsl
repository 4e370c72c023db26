// uses: local-correlation
// Cotangents of the window means of W, W² and F·W, written over those means; loss = −mean(cc).

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.count) { return; }
  var scale = -cotangent[0] / f32(params.count);
  if (params.weighted != 0u) { scale *= weight[i]; }
  let f = meanFixed[i];
  let w = meanWarped[i];
  let parts = local_correlation_parts(f, meanFixedSquared[i], w, meanWarpedSquared[i], meanProduct[i]);
  let cotangents = local_correlation_cotangents(parts, f, w, scale);
  meanWarped[i] = cotangents.x;
  meanWarpedSquared[i] = cotangents.y;
  meanProduct[i] = cotangents.z;
}
