// linear_grad: the gradient of the loss at a linear layer's input.
//
//   dx[m,k] = gate[m,k] * sum_n dy[m,n] * w[n,k]        (+ what dx holds, when accumulate is 1)
//   gate[m,k] = 1 / (1 - rate) where x[m,k] > 0, else 0, with gated 1: the way back through the ReLU and the dropout that x came out of; else 1
//
// A dropped positive number is 0, a kept one not: no draw is made again. Where x is a positive number too small for the driver, it is 0.
//
// dy : [rows, cols] f32      w : [cols, inner] f32      x, dx : [rows, inner] f32      inner and cols are multiples of 4
// One lane owns 8 rows by 8 inner columns of dx in registers and walks `cols` four at a time, as shaders/linear.wgsl does.

const TILE_ROWS = 8u;
const TILE_COLS = 8u;
const LANE_ROWS = 8u; // tune: 1 8

struct Params { rows: u32, inner: u32, cols: u32, accumulate: u32, gated: u32, rate: f32 }

@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
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
      weight[i][0] = w[(4u * n + i) * width + left];
      weight[i][1] = w[(4u * n + i) * width + right];
    }
    for (var m = 0u; m < TILE_ROWS; m++) { // unroll
      let grad = dy[min(firstRow + m, params.rows - 1u) * steps + n];
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

// What becomes of a sum of products; at counts vectors of 4 in x and dx.
fn finished(sum: vec4f, at: u32) -> vec4f {
  var out = sum;
  if (params.gated == 1u) { out = select(vec4f(0.0), out / (1.0 - params.rate), x[at] > vec4f(0.0)); }
  if (params.accumulate == 1u) { out += dx[at]; }
  return out;
}
