// parts/columns_normed: what layer_norm's scale and shift gain from every row, to be summed column by column.
//
//   dGamma[c] += Σ_r dy[r,c] · (x[r,c] - mean) · scale       (mean, scale = stats[r], from the forward)
//   dBeta[c]  += Σ_r dy[r,c]
//
// x, dy         : [rows, width] f32, width a multiple of 4, read as vec4
// stats         : [rows, 2] f32, mean and 1/√(variance + epsilon)
// dGamma, dBeta : [width] f32, read as vec4, added onto

struct Params { rows: u32, width: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> stats: array<vec2f>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dGamma: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> dBeta: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

// What is summed, four columns of it: for gamma, then for beta.
alias Summand = mat2x4f;

fn width() -> u32 { return params.width; }

// Of a row, at one of its vectors of 4; 0 where it does not count.
fn summand(row: u32, columns: u32, column: u32, counts: bool) -> Summand {
  let at = row * columns + column;
  let grad = select(vec4f(0.0), dy[at], counts);
  return mat2x4f(grad * ((x[at] - stats[row].x) * stats[row].y), grad);
}

fn addTotal(column: u32, total: Summand) {
  dGamma[column] += total[0];
  dBeta[column] += total[1];
}
