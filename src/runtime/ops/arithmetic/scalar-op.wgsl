// value = a ∘ b, one number, or as many as each has; the operation by its number in scalar-ops.ts.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.count) { return; }
  let x = a[i];
  let y = b[i];
  var result = 0.0;
  switch params.operation {
    case 0u: { if (y != 0.0) { result = x / y; } }
    case 1u: { result = x - y; }
    case 2u: { result = min(x, y); }
    case 3u: { result = max(x, y); }
    case 4u: { if (x < y) { result = 1.0; } }
    case 5u: { if (x <= y) { result = 1.0; } }
    case 6u: { if (x > y) { result = 1.0; } }
    case 7u: { if (x >= y) { result = 1.0; } }
    default: { if (x == y) { result = 1.0; } }
  }
  value[i] = result;
}
