// Displacement number `index` of a window that reaches so far along each axis: x runs fastest, −reach first.

fn displacement_of_window(index: i32, reach: vec3<i32>) -> vec3<i32> {
  let size = 2 * reach + 1;
  let row = index / size.x;
  return vec3<i32>(index - row * size.x, row % size.y, row / size.y) - reach;
}
