// parts/columns_plain: the numbers of a tensor, to be summed column by column. For what layer_norm's weights gain the loader takes
// parts/columns_normed in its place, for what scaled_residual's scales gain parts/columns_scaled.
//
// x   : [rows, cols] f32, cols a multiple of 4, read as vec4
// sum : [cols] f32, read as vec4, added onto

struct Params { rows: u32, cols: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> sum: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

// What is summed, four columns of it.
alias Summand = vec4f;

fn width() -> u32 { return params.cols; }

// Of a row, at one of its vectors of 4; 0 where it does not count.
fn summand(row: u32, columns: u32, column: u32, counts: bool) -> Summand {
  return select(vec4f(0.0), x[row * columns + column], counts);
}

fn addTotal(column: u32, total: Summand) { sum[column] += total; }
