// linear_grad: the gradient of the loss at a linear layer's input.
//
//   dx[m,k] = gate[m,k] * sum_n dy[m,n] * w[n,k]        (+ what dx holds, when accumulate is 1)
//   gate[m,k] = 1 / (1 - rate) where x[m,k] > 0, else 0, with gated 1: the way back through the ReLU and the dropout that x came out of; else 1
//
// A dropped positive number is 0, a kept one not: no draw is made again. Where x is a positive number too small for the driver, it is 0.
//
// dy : [rows, cols] f32      w : [cols, inner] f32      x, dx : [rows, inner] f32      inner and cols are multiples of 4
// One lane owns 8 rows by 8 inner columns of dx in registers and walks `cols` four at a time, as shaders/linear.wgsl does.
// With operands in f16 it is linear_half_grad: w as in linear_half, dy rounded as it is loaded. Gradients are small: f16 holds nothing below
// 2^-24, and fewer digits below 2^-14. So the loss is multiplied by a scale before the way back.

// use: operand_f32, linear_grad_finish

const TILE_ROWS = 8u;
const TILE_COLS = 8u;
const LANE_ROWS = 8u; // tune: 1 8

struct Params { rows: u32, inner: u32, cols: u32, accumulate: u32, gated: u32, rate: f32 }

@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<Operand>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(8, LANE_ROWS)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let firstRow = id.y * TILE_ROWS;
  let firstCol = id.x * TILE_COLS;
  if (firstRow >= params.rows || firstCol >= params.inner) { return; }
  let steps = params.cols / 4u;
  let width = params.inner / 4u;
  let left = firstCol / 4u;
  let right = min(left + 1u, width - 1u);

  var sum: array<array<vec4f, TILE_COLS / 4u>, TILE_ROWS>;
  var weight: array<array<vec4f, TILE_COLS / 4u>, 4>;
  for (var n = 0u; n < steps; n++) {
    for (var i = 0u; i < 4u; i++) { // unroll
      weight[i][0] = widened(w[(4u * n + i) * width + left]);
      weight[i][1] = widened(w[(4u * n + i) * width + right]);
    }
    for (var m = 0u; m < TILE_ROWS; m++) { // unroll
      let grad = rounded(dy[min(firstRow + m, params.rows - 1u) * steps + n]);
      for (var c = 0u; c < TILE_COLS / 4u; c++) { // unroll
        sum[m][c] += grad.x * weight[0][c] + grad.y * weight[1][c] + grad.z * weight[2][c] + grad.w * weight[3][c];
      }
    }
  }

  var sums = sum; // a copy to walk through: written out, finished() would be compiled for each
  for (var m = 0u; m < min(TILE_ROWS, params.rows - firstRow); m++) {
    for (var col = left; col <= right; col++) {
      let at = (firstRow + m) * width + col;
      dx[at] = finished(sums[m][col - left], at);
    }
  }
}
