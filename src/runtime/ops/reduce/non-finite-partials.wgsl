// uses: workgroup-reduce
// How many numbers of each chunk of a volume are not finite, one workgroup a chunk. By their bits: a
// compiler may take it that there are no such numbers.

const EXPONENT: u32 = 0x7f800000u;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let length_chunk = (params.count + groups.x - 1u) / groups.x;
  let end = min((group.x + 1u) * length_chunk, params.count);
  var found = 0.0;
  for (var i = group.x * length_chunk + lane; i < end; i += WORKGROUP) {
    if ((bitcast<u32>(value[i]) & EXPONENT) == EXPONENT) {
      found += 1.0;
    }
  }
  let all = workgroup_reduce_sum(lane, found);
  if (lane == 0u) {
    partials[params.plane * groups.x + group.x] = all;
  }
}
