// Marginals of a joint histogram of at most 64 × 64 bins, for one workgroup of at least 128. A kernel
// that uses it binds `histogram` and has the parameter `bins`.

// Cells less likely than this count as empty: p·ln p tends to 0, its logarithm does not.
const joint_table_LEAST: f32 = 1e-12;

var<workgroup> joint_table_rows: array<f32, 64>;
var<workgroup> joint_table_columns: array<f32, 64>;
// Sum of all cells: 1, or the mean weight of what was counted.
var<workgroup> joint_table_mass: f32;

// Every invocation of the workgroup must call it, in uniform control flow.
fn joint_table_prepare(lane: u32) {
  let bins = params.bins;
  var sum = 0.0;
  if (lane < bins) {
    for (var k = 0u; k < bins; k += 1u) {
      sum += histogram[lane * bins + k];
    }
    joint_table_rows[lane] = sum;
  } else if (lane >= 64u && lane < 64u + bins) {
    for (var k = 0u; k < bins; k += 1u) {
      sum += histogram[k * bins + lane - 64u];
    }
    joint_table_columns[lane - 64u] = sum;
  }
  workgroupBarrier();
  if (lane == 0u) {
    var mass = 0.0;
    for (var row = 0u; row < bins; row += 1u) {
      mass += joint_table_rows[row];
    }
    joint_table_mass = mass;
  }
  workgroupBarrier();
}

// ln(p(a,b)·mass / (p(a)·p(b))) of a cell that is not empty.
fn joint_table_information(cell: u32) -> f32 {
  let row = cell / params.bins;
  let column = cell % params.bins;
  return log(
    histogram[cell] / joint_table_rows[row] * (joint_table_mass / joint_table_columns[column]),
  );
}
