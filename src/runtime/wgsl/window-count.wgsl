// Voxels of a window of params.radius around a position of an axis, clipped at the border.

fn window_count(position: i32, length_voxels: i32) -> f32 {
  let low = max(position - params.radius, 0);
  let high = min(position + params.radius, length_voxels - 1);
  return f32(high - low + 1);
}
