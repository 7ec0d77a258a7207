// unit_rows_grad: the gradient of the loss before unit_rows, from the gradient after it: what moves a row along itself moves nothing.
//
//   dx[r,:] = (dy[r,:] - y[r,:] · Σ dy[r,:]·y[r,:]) / norm[r]              (+ what was there, if accumulate is 1)
//   and exactly 0 where norm[r] is below 1e-12: such a row has no direction, and a step of 1e12·dy (which PyTorch takes there) leads nowhere
//
// y, dy, dx : [rows, width] f32, width a multiple of 4, read as vec4
// norm      : [rows] f32, from unit_rows
// A row belongs to LANES lanes, as in unit_rows; here to one, as unit_rows_grad_subgroup to a subgroup. Rows past the last read the last one
// and are not stored.

// use: row_lane, total

const LANES = 1u; // tune: 4 8 16 32 64, the adapter's subgroup size
const ROWS = 64u; // tune: 1 2 4, of subgroups
const SHORTEST = 1e-12;

struct Params { rows: u32, width: u32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> y: array<vec4f>;
@group(0) @binding(1) var<storage, read> norm: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(LANES, ROWS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let lane = id.x;
  let row = (group.y * groups.x + group.x) * ROWS + id.y;
  let known = min(row, params.rows - 1u);
  let columns = params.width / 4u;
  let first = known * columns;

  var products = vec4f(0.0);
  for (var c = lane; c < columns; c += LANES) { products += dy[first + c] * y[first + c]; }
  let along = rowTotal(total(products));

  if (row < params.rows) {
    let size = norm[known];
    for (var c = lane; c < columns; c += LANES) {
      var grad = vec4f(0.0);
      if (size >= SHORTEST) { grad = (dy[first + c] - y[first + c] * along) / size; }
      if (params.accumulate == 1u) { grad += dx[first + c]; }
      dx[first + c] = grad;
    }
  }
}
