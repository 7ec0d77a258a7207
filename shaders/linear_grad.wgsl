// linear_grad: the slope of the loss at a linear layer's input.
//
//   dx[m,k] = sum_n dy[m,n] * w[n,k]        (+ what dx holds, when accumulate is 1)
//
// dy : [rows, cols] f32      w : [cols, inner] f32      dx : [rows, inner] f32      inner and cols are multiples of 4
// One lane owns 8 rows by 8 inner columns of dx in registers and walks `cols` four at a time, as shaders/linear.wgsl does.

const TILE_ROWS = 8u;
const TILE_COLS = 8u;
const LANE_ROWS = 8u; // tune: 1 8

struct Params { rows: u32, inner: u32, cols: u32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

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
      let slope = dy[min(firstRow + m, params.rows - 1u) * steps + n];
      for (var c = 0u; c < TILE_COLS / 4u; c++) { // unroll
        sum[m][c] += slope.x * weight[0][c] + slope.y * weight[1][c] + slope.z * weight[2][c] + slope.w * weight[3][c];
      }
    }
  }

  for (var c = 0u; c < TILE_COLS / 4u; c++) { // unroll
    let col = left + c;
    if (col < width) {
      for (var m = 0u; m < TILE_ROWS; m++) { // unroll
        if (firstRow + m < params.rows) {
          let at = (firstRow + m) * width + col;
          var total = sum[m][c];
          if (params.accumulate == 1u) { total += dx[at]; }
          dx[at] = total;
        }
      }
    }
  }
}
