// layer_norm_rows: layer_norm for software drivers whose lanes can pass numbers to each other: what counts there is what is loaded.
//
//   mean = Σ x[r,:] / width      variance = Σ (x[r,:] - mean)² / width      (biased, as the field does)
//   y[r,c] = (x[r,c] - mean) / √(variance + epsilon) · gamma[c] + beta[c]
//   stats[r] = (mean, 1 / √(variance + epsilon))                            (kept for the gradients)
//
// x, y        : [rows, width] f32, width a multiple of 4, read as vec4
// gamma, beta : [width] f32, read as vec4
// stats       : [rows, 2] f32
// A subgroup owns LANES rows. For the sums each lane owns one of them; for y the lanes take neighbouring columns of one row after the
// other, so that a lane loads its gamma and beta once for all of them.
// The sums are made as in layer_norm: of differences from the mean of the row's first NEAR numbers.
// Rows past the last read the last one and are stored no more: every lane must stay to pass its row's mean and scale on. Columns past the
// last are the last one, stored again by lanes that got the same.

// use: total

enable subgroups;

const LANES = 8u; // tune: 4 8, the adapter's subgroup size
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

  let owned = min(LANES, params.rows - min(firstRow, params.rows));
  for (var turn = 0u; turn < columns; turn += LANES) {
    let c = min(turn + lane, columns - 1u);
    let g = gamma[c];
    let b = beta[c];
    for (var r = 0u; r < owned; r++) {
      let at = (firstRow + r) * columns + c;
      y[at] = (x[at] - subgroupShuffle(mean, r)) * subgroupShuffle(scale, r) * g + b;
    }
  }
}
