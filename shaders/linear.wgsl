// linear: a matrix product with the weights' rows, and a bias.
//
//   y[m,n] = residual[m,n] + drop(bend(sum_k x[m,k] * w[n,k] + b[n]))
//   bend   = max(·, 0) with activation 1, nothing with 0; drop as in dropout.wgsl, nothing at rate 0; b and residual where they are had
//
// x : [rows, inner] f32      w : [cols, inner] f32, a row an output, as PyTorch keeps it      b : [cols] f32
// residual, y : [rows, cols] f32      seed : [4] u32, stream : as in dropout.wgsl      inner and cols are multiples of 4; rows may be anything
// One lane owns a tile of 8 rows by 8 columns in registers and walks `inner` four numbers at a time: 16 vector loads feed 64 dot
// products. No workgroup memory and no barrier, which is what software drivers want. Rows and columns past the edge read the last
// real one and are not stored.
// Each y is one chain of sums over k in order, so a run repeats bit for bit; its error grows as inner roundings of sum |x*w|.
// With operands in f16 it is linear_half: w is what to_half makes, half the bytes to load, and x is rounded as it is loaded. The product of
// two such numbers is exact in f32, so only the sums round, as in f32; what rounding the operands costs, up to 2^-11 of each, is the meaning
// of the kernel. An x from 65520 on is infinite there, and makes the sums it enters infinite or no number.

// use: operand_f32, linear_finish

const TILE_ROWS = 8u;
const TILE_COLS = 8u;
const LANE_ROWS = 8u; // tune: 1 8

struct Params { rows: u32, inner: u32, cols: u32, hasBias: u32, activation: u32, hasResidual: u32, stream: u32, rate: f32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<Operand>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read> residual: array<vec4f>;
@group(0) @binding(4) var<storage, read> seed: array<u32>;
@group(0) @binding(5) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

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
      weight[n] = widened(w[min(firstCol + n, params.cols - 1u) * steps + k]);
    }
    for (var m = 0u; m < TILE_ROWS; m++) { // unroll
      let row = rounded(x[min(firstRow + m, params.rows - 1u) * steps + k]);
      for (var c = 0u; c < TILE_COLS / 4u; c++) { // unroll
        sum[m][c] += vec4f(dot(row, weight[4u * c]), dot(row, weight[4u * c + 1u]), dot(row, weight[4u * c + 2u]), dot(row, weight[4u * c + 3u]));
      }
    }
  }

  var sums = sum; // a copy to walk through: written out, finished() would be compiled for each
  for (var col = firstCol / 4u; col < min((firstCol + TILE_COLS) / 4u, params.cols / 4u); col++) {
    var bias = vec4f(0.0);
    if (params.hasBias == 1u) { bias = b[col]; }
    for (var m = 0u; m < min(TILE_ROWS, params.rows - firstRow); m++) {
      let at = (firstRow + m) * (params.cols / 4u) + col;
      y[at] = finished(sums[m][col - firstCol / 4u] + bias, at);
    }
  }
}
