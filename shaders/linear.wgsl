// linear: a matrix product with the weights' rows, and a bias.
//
//   y[m,n] = sum_k x[m,k] * w[n,k]  +  b[n]        (the bias when hasBias is 1)
//
// x : [rows, inner] f32      w : [cols, inner] f32, a row an output, as PyTorch keeps it      b : [cols] f32
// y : [rows, cols] f32       inner and cols are multiples of 4; rows may be anything
// One lane owns a tile of 8 rows by 8 columns in registers and walks `inner` four numbers at a time: 16 vector loads feed 64 dot
// products. No workgroup memory and no barrier, which is what software drivers want. Rows and columns past the edge read the last
// real one and are not stored.
// Each y is one chain of sums over k in order, so a run repeats bit for bit; its error grows as inner roundings of sum |x*w|.

const TILE_ROWS = 8u;
const TILE_COLS = 8u;
const LANE_ROWS = 8u; // tune: 1 8

struct Params { rows: u32, inner: u32, cols: u32, hasBias: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(8, LANE_ROWS)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let firstRow = id.y * TILE_ROWS;
  let firstCol = id.x * TILE_COLS;
  if (firstRow >= params.rows || firstCol >= params.cols) { return; }
  let steps = params.inner / 4u;

  var sum: array<array<vec4f, TILE_COLS / 4u>, TILE_ROWS>;
  var weight: array<vec4f, TILE_COLS>;
  for (var k = 0u; k < steps; k++) {
    for (var n = 0u; n < TILE_COLS; n++) { // unroll
      weight[n] = w[min(firstCol + n, params.cols - 1u) * steps + k];
    }
    for (var m = 0u; m < TILE_ROWS; m++) { // unroll
      let row = x[min(firstRow + m, params.rows - 1u) * steps + k];
      for (var c = 0u; c < TILE_COLS / 4u; c++) { // unroll
        sum[m][c] += vec4f(dot(row, weight[4u * c]), dot(row, weight[4u * c + 1u]), dot(row, weight[4u * c + 2u]), dot(row, weight[4u * c + 3u]));
      }
    }
  }

  for (var c = 0u; c < TILE_COLS / 4u; c++) { // unroll
    let col = firstCol / 4u + c;
    if (4u * col < params.cols) {
      var bias = vec4f(0.0);
      if (params.hasBias == 1u) { bias = b[col]; }
      for (var m = 0u; m < TILE_ROWS; m++) { // unroll
        if (firstRow + m < params.rows) { y[(firstRow + m) * (params.cols / 4u) + col] = sum[m][c] + bias; }
      }
    }
  }
}
