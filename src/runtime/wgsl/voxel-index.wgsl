// Voxel (x, y, z) of a volume is stored at x + nx (y + ny z): x runs fastest.

fn voxel_index_position(index: u32, nx: u32, ny: u32) -> vec3<u32> {
  let row = index / nx;
  return vec3<u32>(index - row * nx, row % ny, row / ny);
}
