// uses: point-map voxel-index
// A straight line from the focus of an X-ray to a voxel of the target grid, in voxels of the source: at + per_mm · τ at τ mm from
// the focus. Samples lie in the middles of steps of equal length; only those from `first` to before `end` can meet
// the source, whose outermost voxels fade to 0 within a voxel.
//
// A kernel that uses it has the parameters `nx`, `ny`, `sourceNx`, `sourceNy`, `sourceNz`, `focusX`, `focusY`, `focusZ`, `stepMm`, and
// what `point-map` asks for.

struct ray_Line {
  at: vec3<f32>,
  per_mm: vec3<f32>,
  length_mm: f32,
  first: i32,
  end: i32,
}

fn ray_focus() -> vec3<f32> {
  return vec3<f32>(params.focusX, params.focusY, params.focusZ);
}

fn ray_source_size() -> vec3<i32> {
  return vec3<i32>(params.sourceNx, params.sourceNy, params.sourceNz);
}

// Where a point of the world lies in the source.
fn ray_source(world: vec3<f32>) -> vec3<f32> {
  var moved = world;
  if (params.transformed != 0) {
    moved = affine_point(point_map_affine(), world);
  }
  return affine_point(params.sourceFromWorld, moved);
}

fn ray_line(index: u32) -> ray_Line {
  let voxel = voxel_index_position(index, u32(params.nx), u32(params.ny));
  let to = point_map_fixed_world(voxel);
  let length_mm = distance(to, ray_focus());
  let at = ray_source(ray_focus());
  let per_mm = (ray_source(to) - at) / length_mm;
  var enter = 0.0;
  var leave = length_mm;
  let size = vec3<f32>(ray_source_size());
  for (var axis = 0u; axis < 3u; axis += 1u) {
    if (abs(per_mm[axis]) < 1e-9) {
      if (at[axis] <= -1.0 || at[axis] >= size[axis]) {
        leave = -1.0;
      }
    } else {
      let one = (-1.0 - at[axis]) / per_mm[axis];
      let other = (size[axis] - at[axis]) / per_mm[axis];
      enter = max(enter, min(one, other));
      leave = min(leave, max(one, other));
    }
  }
  if (leave <= enter) {
    return ray_Line(at, per_mm, length_mm, 0, 0);
  }
  let first = i32(ceil(enter / params.stepMm - 0.5));
  let last = i32(floor(leave / params.stepMm - 0.5));
  return ray_Line(at, per_mm, length_mm, first, last + 1);
}

// Distance of a sample from the focus, mm.
fn ray_distance(sample: i32) -> f32 {
  return (f32(sample) + 0.5) * params.stepMm;
}
