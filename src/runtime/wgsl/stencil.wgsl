// uses: voxel-index
// Neighbours of a voxel along the axes of its grid; beyond an edge the voxel stands for its neighbour.

struct stencil_Place {
  index: u32,
  position: vec3<u32>,
}

fn stencil_size() -> vec3<u32> {
  return vec3<u32>(params.nx, params.ny, params.nz);
}

fn stencil_strides() -> vec3<u32> {
  return vec3<u32>(1u, params.nx, params.nx * params.ny);
}

fn stencil_place(i: u32) -> stencil_Place {
  return stencil_Place(i, voxel_index_position(i, params.nx, params.ny));
}

// Index of the voxel itself where there is none below along the axis.
fn stencil_below(at: stencil_Place, axis: u32) -> u32 {
  return at.index - select(0u, stencil_strides()[axis], at.position[axis] > 0u);
}

fn stencil_above(at: stencil_Place, axis: u32) -> u32 {
  let has_next = at.position[axis] + 1u < stencil_size()[axis];
  return at.index + select(0u, stencil_strides()[axis], has_next);
}

fn stencil_is_first(at: stencil_Place, axis: u32) -> bool {
  return at.position[axis] == 0u;
}

fn stencil_is_last(at: stencil_Place, axis: u32) -> bool {
  return at.position[axis] + 1u == stencil_size()[axis];
}

// Row k of the matrix that takes differences along the axes of the grid to derivatives per mm.
fn stencil_row(k: u32) -> vec3<f32> {
  return params.worldFromDifference[k].xyz;
}
