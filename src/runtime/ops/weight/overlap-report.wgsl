// Shares of the fixed and of the smaller image that have a partner; verdict = (0, 1), or (0, 0) where
// the latter is below params.least, or what is left of the start below params.leastOfStart.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>) {
  if (gid.x > 0u) { return; }
  var of_fixed = 1.0;
  var of_moving = 1.0;
  if (params.hasFixed != 0u) { of_fixed = fixedMean[0]; }
  if (params.hasMoving != 0u) { of_moving = movingMean[0]; }
  let smaller = min(of_fixed, of_moving * params.movingSize);
  overlap[0] = 0.0;
  overlap[1] = 0.0;
  verdict[0] = 0.0;
  verdict[1] = 0.0;
  if (of_fixed > 0.0) { overlap[0] = weightMean[0] / of_fixed; }
  if (smaller > 0.0) {
    overlap[1] = min(weightMean[0] / smaller, 1.0);
    var enough = weightMean[0] >= params.least * smaller;
    if (params.hasStart != 0u) {
      enough = enough && weightMean[0] >= params.leastOfStart * startMean[0];
    }
    verdict[1] = select(0.0, 1.0, enough);
  }
}
