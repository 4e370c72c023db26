// uses: affine trilinear voxel-index
// Solves w + u(x + w) = 0 at a voxel x by Newton's method, halving a step that does not come nearer.
// In voxels within; displacement and inverse are in mm. x runs fastest.

const CLOSE_ENOUGH: f32 = 1e-8;
const LEAST_VOLUME: f32 = 0.02;

struct Moved {
  voxels: vec3<f32>,
  // Derivatives along x, y and z of the source.
  slopes: mat3x3<f32>,
}

fn moved_at(q: vec3<f32>, size: vec3<i32>) -> Moved {
  let cell = trilinear_cell(q, size, trilinear_EDGE);
  let low = trilinear_rows(cell, size) + cell.x.low;
  let high = trilinear_rows(cell, size) + cell.x.high;
  let lx = vec4<f32>(displacement_x[low.x], displacement_x[low.y], displacement_x[low.z], displacement_x[low.w]);
  let ly = vec4<f32>(displacement_y[low.x], displacement_y[low.y], displacement_y[low.z], displacement_y[low.w]);
  let lz = vec4<f32>(displacement_z[low.x], displacement_z[low.y], displacement_z[low.z], displacement_z[low.w]);
  let hx = vec4<f32>(displacement_x[high.x], displacement_x[high.y], displacement_x[high.z], displacement_x[high.w]);
  let hy = vec4<f32>(displacement_y[high.x], displacement_y[high.y], displacement_y[high.z], displacement_y[high.w]);
  let hz = vec4<f32>(displacement_z[high.x], displacement_z[high.y], displacement_z[high.z], displacement_z[high.w]);
  let mm = vec3<f32>(trilinear_value(cell, lx, hx), trilinear_value(cell, ly, hy), trilinear_value(cell, lz, hz));
  let by_component = mat3x3<f32>(
    trilinear_derivative(cell, lx, hx),
    trilinear_derivative(cell, ly, hy),
    trilinear_derivative(cell, lz, hz),
  );
  let along = transpose(by_component);
  return Moved(
    affine_vector(params.targetFromWorld, mm),
    mat3x3<f32>(
      affine_vector(params.targetFromWorld, along[0]),
      affine_vector(params.targetFromWorld, along[1]),
      affine_vector(params.targetFromWorld, along[2]),
    ),
  );
}

// −(I + slopes)⁻¹ r, or −r where that is about to turn inside out.
fn newton_step(slopes: mat3x3<f32>, r: vec3<f32>) -> vec3<f32> {
  let a = slopes[0] + vec3<f32>(1.0, 0.0, 0.0);
  let b = slopes[1] + vec3<f32>(0.0, 1.0, 0.0);
  let c = slopes[2] + vec3<f32>(0.0, 0.0, 1.0);
  let across = cross(b, c);
  let determinant = dot(a, across);
  if (!(determinant > LEAST_VOLUME)) {
    return -r;
  }
  return vec3<f32>(dot(across, r), dot(cross(c, a), r), dot(cross(a, b), r)) / -determinant;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= u32(params.nx) * u32(params.ny) * u32(params.nz)) {
    return;
  }
  let voxel = vec3<f32>(voxel_index_position(i, u32(params.nx), u32(params.ny)));
  let size = vec3<i32>(params.nx, params.ny, params.nz);
  var w = vec3<f32>(0.0);
  var direction = vec3<f32>(0.0);
  var length_of_step = 0.0;
  var left = 3.0e38;
  for (var k = 0; k < params.evaluations; k++) {
    let trial = w + length_of_step * direction;
    let moved = moved_at(voxel + trial, size);
    let r = trial + moved.voxels;
    let distance_squared = dot(r, r);
    if (!(distance_squared < left)) {
      length_of_step *= 0.5;
      continue;
    }
    w = trial;
    left = distance_squared;
    if (left <= CLOSE_ENOUGH) {
      break;
    }
    direction = newton_step(moved.slopes, r);
    length_of_step = 1.0;
  }
  let mm = affine_vector(params.worldFromTarget, w);
  inverse_x[i] = mm.x;
  inverse_y[i] = mm.y;
  inverse_z[i] = mm.z;
}
