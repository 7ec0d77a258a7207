// layer_norm: every row brought to mean 0 and variance 1, then scaled and shifted column by column.
//
//   mean = Σ x[r,:] / width      variance = Σ (x[r,:] - mean)² / width      (biased, as the field does)
//   y[r,c] = (x[r,c] - mean) / √(variance + epsilon) · gamma[c] + beta[c]
//   stats[r] = (mean, 1 / √(variance + epsilon))                            (kept for the gradients)
//
// x, y        : [rows, width] f32, width a multiple of 4, read as vec4
// gamma, beta : [width] f32, read as vec4
// stats       : [rows, 2] f32
// One lane owns one row for the sums, start to end: no barrier, and x is read twice rather than held. How the rows are then written is one of
// two parts: as it stands here a lane writes its own; as layer_norm_rows, for software drivers whose lanes can pass numbers to each other, a
// subgroup writes the rows of its lanes together.
// Both sums are of differences from `near`, the mean of the row's first NEAR numbers: E[x²] - mean² would lose every digit when
// |mean| ≫ std. (mean - near)² is at most width/NEAR times the variance, for those numbers are part of it: whatever the row begins with,
// no more than log2(1 + width/NEAR) bits are lost, and half a bit where it begins as it goes on.
// epsilon > 0 keeps a constant row finite: its y is beta. Rows past the last read the last one and are not stored: every lane must stay to
// pass its row's mean and scale on.

// use: total, norm_rows_lane

const LANES = 64u; // tune: 4 8, the adapter's subgroup size, where subgroups write rows
const NEAR = 16u;

struct Params { rows: u32, width: u32, epsilon: f32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> gamma: array<vec4f>;
@group(0) @binding(2) var<storage, read> beta: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> stats: array<vec2f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let firstRow = (group.y * groups.x + group.x) * LANES;
  let columns = params.width / 4u;
  let row = min(firstRow + lane, params.rows - 1u);
  let first = row * columns;

  let some = min(NEAR / 4u, columns);
  var begins = vec4f(0.0);
  for (var c = 0u; c < some; c++) { begins += x[first + c]; }
  let near = total(begins) / f32(4u * some);

  var sum = vec4f(0.0);
  var squares = vec4f(0.0);
  for (var c = 0u; c < columns; c++) {
    let off = x[first + c] - near;
    sum += off;
    squares += off * off;
  }
  let beyond = total(sum) / f32(params.width);
  let mean = near + beyond;
  let variance = max(total(squares) / f32(params.width) - beyond * beyond, 0.0);
  let scale = inverseSqrt(variance + params.epsilon);
  if (firstRow + lane < params.rows) { stats[row] = vec2f(mean, scale); }
  writeRows(firstRow, lane, mean, scale);
}
