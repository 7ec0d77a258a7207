// layer_norm_subgroup: layer_norm for adapters whose lanes can pass numbers to each other.
//
//   mean = Σ x[r,:] / width      variance = Σ (x[r,:] - mean)² / width      (biased, as the field does)
//   y[r,c] = (x[r,c] - mean) / √(variance + epsilon) · gamma[c] + beta[c]
//   stats[r] = (mean, 1 / √(variance + epsilon))                            (kept for the gradients)
//
// x, y        : [rows, width] f32, width a multiple of 4, read as vec4
// gamma, beta : [width] f32, read as vec4
// stats       : [rows, 2] f32
// One subgroup owns one row: its lanes take neighbouring vectors of four, LANES of them a turn, and keep those of the first TURNS turns, so
// that they cross memory once. What a wider row has beyond is read three times.
// Every lane sums its own vectors in order, then the lanes' sums are added pair by pair: one fixed order.
// Variance and epsilon as in layer_norm. Lanes past the end of a row count for nothing. Rows past the last read the last one and are not
// stored: all lanes must stay for the sums.

// use: row_subgroup, total

const LANES = 32u; // tune: 4 8 16 32 64, the adapter's subgroup size
const ROWS = 4u; // tune: 1 2 4
const TURNS = 4u; // tune: 1 to 16, as many as width / (4 · LANES), rounded up

struct Params { rows: u32, width: u32, epsilon: f32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> gamma: array<vec4f>;
@group(0) @binding(2) var<storage, read> beta: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> stats: array<vec2f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(LANES, ROWS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let lane = id.x;
  let row = (group.y * groups.x + group.x) * ROWS + id.y;
  let columns = params.width / 4u;
  let first = min(row, params.rows - 1u) * columns;
  let beyond = TURNS * LANES + lane;

  var held: array<vec4f, TURNS>;
  var sum = vec4f(0.0);
  for (var t = 0u; t < TURNS; t++) { // unroll
    let c = t * LANES + lane;
    held[t] = select(vec4f(0.0), x[first + min(c, columns - 1u)], c < columns);
    sum += held[t];
  }
  for (var c = beyond; c < columns; c += LANES) { sum += x[first + c]; }
  let mean = rowTotal(total(sum)) / f32(params.width);

  var squares = vec4f(0.0);
  for (var t = 0u; t < TURNS; t++) { // unroll
    held[t] = select(vec4f(0.0), held[t] - mean, t * LANES + lane < columns);
    squares += held[t] * held[t];
  }
  for (var c = beyond; c < columns; c += LANES) {
    let off = x[first + c] - mean;
    squares += off * off;
  }
  let scale = inverseSqrt(rowTotal(total(squares)) / f32(params.width) + params.epsilon);

  if (row < params.rows) {
    for (var t = 0u; t < TURNS; t++) { // unroll
      let c = t * LANES + lane;
      if (c < columns) { y[first + c] = held[t] * scale * gamma[c] + beta[c]; }
    }
    for (var c = beyond; c < columns; c += LANES) { y[first + c] = (x[first + c] - mean) * scale * gamma[c] + beta[c]; }
    if (lane == 0u) { stats[row] = vec2f(mean, scale); }
  }
}
