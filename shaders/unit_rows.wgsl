// unit_rows: every row brought to length 1: its direction, for cosines.
//
//   norm[r] = √(Σ x[r,:]²)
//   y[r,c]  = x[r,c] / max(norm[r], 1e-12)
//
// x, y : [rows, width] f32, width a multiple of 4, read as vec4; padding columns are 0. Squares must be finite: numbers below 1e18
// norm : [rows] f32
// A row of zeros stays zeros. A row belongs to LANES lanes, which take neighbouring vectors of four; their sums are added pair by pair, in one
// fixed order. As it stands here a row belongs to one lane; as unit_rows_subgroup to a subgroup, for adapters whose lanes can pass numbers to
// each other. Rows past the last read the last one and are not stored: all lanes must stay for the sum.

// use: row_lane, total

const LANES = 1u; // tune: 4 8 16 32 64, the adapter's subgroup size
const ROWS = 64u; // tune: 1 2 4, of subgroups
const SHORTEST = 1e-12;

struct Params { rows: u32, width: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> norm: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(LANES, ROWS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let lane = id.x;
  let row = (group.y * groups.x + group.x) * ROWS + id.y;
  let columns = params.width / 4u;
  let first = min(row, params.rows - 1u) * columns;

  var squares = vec4f(0.0);
  for (var c = lane; c < columns; c += LANES) { squares += x[first + c] * x[first + c]; }
  let size = sqrt(rowTotal(total(squares)));

  if (row < params.rows) {
    if (lane == 0u) { norm[row] = size; }
    for (var c = lane; c < columns; c += LANES) { y[first + c] = x[first + c] / max(size, SHORTEST); }
  }
}
