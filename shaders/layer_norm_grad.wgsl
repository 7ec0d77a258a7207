// layer_norm_grad: the gradient of the loss before layer_norm, from the gradient after it.
//
//   n[c] = (x[r,c] - mean) · scale         g[c] = dy[r,c] · gamma[c]        (mean, scale = stats[r], from the forward)
//   dx[r,c] = scale · (g[c] - Σ g / width - n[c] · Σ g·n / width)           (+ what was there, if accumulate is 1)
//
// x, dy, dx : [rows, width] f32, width a multiple of 4, read as vec4
// gamma     : [width] f32, read as vec4
// stats     : [rows, 2] f32, mean and 1/√(variance + epsilon)
// A row belongs to LANES lanes, which take neighbouring vectors of four, LANES of them a turn: first its two sums, then its elements. n and g
// of the first TURNS turns are kept, those of the rest made twice. Every lane sums its own vectors in order, then the lanes' sums are added
// pair by pair: one fixed order. As it stands here a row belongs to one lane, which keeps nothing; as layer_norm_grad_subgroup to a subgroup,
// for adapters whose lanes can pass numbers to each other. Rows past the last read the last one and are not stored: all lanes must stay
// for the sums.
// n is of size 1 whatever the size of x, so the sums hold numbers the size of dy·gamma.

// use: row_lane, total

const LANES = 1u; // tune: 4 8 16 32 64, the adapter's subgroup size
const ROWS = 64u; // tune: 1 2 4, of subgroups
const TURNS = 0u; // tune: 1 to 16, of subgroups, as many as width / (4 · LANES), rounded up

struct Params { rows: u32, width: u32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> gamma: array<vec4f>;
@group(0) @binding(2) var<storage, read> stats: array<vec2f>;
@group(0) @binding(3) var<storage, read> dy: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(LANES, ROWS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let lane = id.x;
  let row = (group.y * groups.x + group.x) * ROWS + id.y;
  let known = min(row, params.rows - 1u);
  let columns = params.width / 4u;
  let first = known * columns;
  let beyond = TURNS * LANES + lane;
  let mean = stats[known].x;
  let scale = stats[known].y;

  var n: array<vec4f, max(TURNS, 1u)>;
  var g: array<vec4f, max(TURNS, 1u)>;
  var sum = vec4f(0.0);
  var along = vec4f(0.0);
  for (var t = 0u; t < TURNS; t++) { // unroll
    let c = min(t * LANES + lane, columns - 1u);
    n[t] = (x[first + c] - mean) * scale;
    g[t] = select(vec4f(0.0), dy[first + c] * gamma[c], t * LANES + lane < columns);
    sum += g[t];
    along += g[t] * n[t];
  }
  for (var c = beyond; c < columns; c += LANES) {
    let grad = dy[first + c] * gamma[c];
    sum += grad;
    along += grad * ((x[first + c] - mean) * scale);
  }
  let sumShare = rowTotal(total(sum)) / f32(params.width);
  let alongShare = rowTotal(total(along)) / f32(params.width);

  if (row < params.rows) {
    for (var t = 0u; t < TURNS; t++) { // unroll
      let c = t * LANES + lane;
      if (c < columns) { store(first + c, scale * (g[t] - sumShare - n[t] * alongShare)); }
    }
    for (var c = beyond; c < columns; c += LANES) {
      let rest = (x[first + c] - mean) * scale;
      store(first + c, scale * (dy[first + c] * gamma[c] - sumShare - rest * alongShare));
    }
  }
}

fn store(at: u32, grad: vec4f) {
  if (params.accumulate == 1u) { dx[at] += grad; } else { dx[at] = grad; }
}
