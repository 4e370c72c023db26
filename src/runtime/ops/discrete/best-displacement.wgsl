// uses: displacement-window
// The displacement of least cost, of those before and those of this run; of equal ones the shortest.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = i32(weft_index(gid, groups));
  if (i >= params.voxels) { return; }
  let reach = vec3<i32>(params.reachX, params.reachY, params.reachZ);
  let coupling = vec3<f32>(params.couplingX, params.couplingY, params.couplingZ);
  let towards = vec3<f32>(towards_x[i], towards_y[i], towards_z[i]);
  var best = vec3<f32>(displacement_x[i], displacement_y[i], displacement_z[i]);
  var least = lowest[i];
  if (params.begins != 0) { least = 3.0e38; }
  for (var index = 0; index < params.count; index += 1) {
    let d = vec3<f32>(displacement_of_window(params.first + index, reach));
    let apart = d - towards;
    let cost = costs[index * params.stride + i] + dot(coupling, apart * apart);
    if (cost < least || (cost == least && dot(d, d) < dot(best, best))) {
      least = cost;
      best = d;
    }
  }
  lowest[i] = least;
  displacement_x[i] = best.x;
  displacement_y[i] = best.y;
  displacement_z[i] = best.z;
}
