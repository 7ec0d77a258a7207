// parts/columns_scaled: what scaled_residual's scales gain from every row, to be summed column by column.
//
//   dGamma[c] += Σ_r keep[clip of r] · branch[r,c] · dy[r,c]
//
// branch, dy : [rows, scales] f32, scales a multiple of 4, read as vec4; clip b is rows b·length … (b+1)·length - 1
// seed       : [4] u32, of which two are used, as in the forward
// dGamma     : [scales] f32, read as vec4, added onto
// A dropped branch counts as 0 whatever it holds.
// use: drop_path

struct Params { rows: u32, scales: u32, length: u32, stream: u32, rate: f32 }

@group(0) @binding(0) var<storage, read> branch: array<vec4f>;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read> seed: array<u32>;
@group(0) @binding(3) var<storage, read_write> dGamma: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

// What is summed, four columns of it.
alias Summand = vec4f;

fn width() -> u32 { return params.scales; }

// Of a row, at one of its vectors of 4; 0 where it does not count.
fn summand(row: u32, columns: u32, column: u32, counts: bool) -> Summand {
  let keep = pathFactor(row / params.length, params.stream, vec2u(seed[0], seed[1]), params.rate);
  let at = row * columns + column;
  return select(vec4f(0.0), keep * branch[at] * dy[at], counts && keep > 0.0);
}

fn addTotal(column: u32, total: Summand) { dGamma[column] += total; }
