// Trilinear interpolation, one axis at a time. A voxel's centre has integer coordinates.
//
// Beyond the edge of the source (codes as in ops/sample/sampling.ts):
//   0 zero: voxels outside count as zero
//   1 edge: the nearest voxel counts
//   2 cut:  zero beyond half a voxel, the nearest voxel within
// A one-slice axis is ignored: every point counts as lying in the slice.

const trilinear_ZERO: i32 = 0;
const trilinear_EDGE: i32 = 1;
const trilinear_CUT: i32 = 2;

// The two voxels on either side of a coordinate (always valid indices), their weights and the
// derivatives of the weights by the coordinate.
struct trilinear_Axis {
  low: i32,
  high: i32,
  weight: vec2<f32>,
  slope: vec2<f32>,
}

struct trilinear_Cell {
  x: trilinear_Axis,
  y: trilinear_Axis,
  z: trilinear_Axis,
}

fn trilinear_axis(coordinate: f32, count: i32, outside: i32) -> trilinear_Axis {
  if (count == 1) {
    return trilinear_Axis(0, 0, vec2<f32>(1.0, 0.0), vec2<f32>(0.0, 0.0));
  }
  let last = count - 1;
  if (outside == trilinear_ZERO) {
    // Far points must stay within the range of integers.
    let q = clamp(coordinate, -2.0, f32(count) + 1.0);
    let floored = floor(q);
    let low = i32(floored);
    let high = low + 1;
    let has = vec2<f32>(
      select(0.0, 1.0, low >= 0 && low <= last),
      select(0.0, 1.0, high >= 0 && high <= last),
    );
    let fraction = q - floored;
    return trilinear_Axis(
      clamp(low, 0, last),
      clamp(high, 0, last),
      has * vec2<f32>(1.0 - fraction, fraction),
      has * vec2<f32>(-1.0, 1.0),
    );
  }
  let q = clamp(coordinate, 0.0, f32(last));
  let floored = floor(q);
  let low = i32(floored);
  let fraction = q - floored;
  // Beyond the edge the value does not change with the coordinate.
  let changes = select(0.0, 1.0, q == coordinate && low < last);
  return trilinear_Axis(
    low,
    min(low + 1, last),
    vec2<f32>(1.0 - fraction, fraction),
    changes * vec2<f32>(-1.0, 1.0),
  );
}

fn trilinear_cell(point: vec3<f32>, size: vec3<i32>, outside: i32) -> trilinear_Cell {
  return trilinear_Cell(
    trilinear_axis(point.x, size.x, outside),
    trilinear_axis(point.y, size.y, outside),
    trilinear_axis(point.z, size.z, outside),
  );
}

// True where the value is zero because the point is too far out.
fn trilinear_is_cut(point: vec3<f32>, size: vec3<i32>, outside: i32) -> bool {
  let last = vec3<f32>(size - 1);
  let beyond = (point < vec3<f32>(-0.5)) | (point > last + 0.5);
  return outside == trilinear_CUT && any(beyond & (size > vec3<i32>(1)));
}

// Indices of the corners at y and z of a cell: (y low, z low), (y high, z low), (y low, z high),
// (y high, z high), for x = 0.
fn trilinear_rows(cell: trilinear_Cell, size: vec3<i32>) -> vec4<i32> {
  return size.x * vec4<i32>(
    cell.y.low + size.y * cell.z.low,
    cell.y.high + size.y * cell.z.low,
    cell.y.low + size.y * cell.z.high,
    cell.y.high + size.y * cell.z.high,
  );
}

// From the values at the four lower and the four upper corners along x, ordered as the rows.
fn trilinear_value(cell: trilinear_Cell, lower: vec4<f32>, upper: vec4<f32>) -> f32 {
  let along_x = cell.x.weight.x * lower + cell.x.weight.y * upper;
  let along_y = cell.y.weight.x * along_x.xz + cell.y.weight.y * along_x.yw;
  return dot(cell.z.weight, along_y);
}

// Derivative of the value along the axes of the source, per voxel.
fn trilinear_derivative(cell: trilinear_Cell, lower: vec4<f32>, upper: vec4<f32>) -> vec3<f32> {
  let along_x = cell.x.weight.x * lower + cell.x.weight.y * upper;
  let slope_x = cell.x.slope.x * lower + cell.x.slope.y * upper;
  let along_y = cell.y.weight.x * along_x.xz + cell.y.weight.y * along_x.yw;
  return vec3<f32>(
    dot(cell.z.weight, cell.y.weight.x * slope_x.xz + cell.y.weight.y * slope_x.yw),
    dot(cell.z.weight, cell.y.slope.x * along_x.xz + cell.y.slope.y * along_x.yw),
    dot(cell.z.slope, along_y),
  );
}

// Weights of the rows, to be multiplied by the weight along x.
fn trilinear_row_weights(cell: trilinear_Cell) -> vec4<f32> {
  return vec4<f32>(
    cell.y.weight.x * cell.z.weight.x,
    cell.y.weight.y * cell.z.weight.x,
    cell.y.weight.x * cell.z.weight.y,
    cell.y.weight.y * cell.z.weight.y,
  );
}
