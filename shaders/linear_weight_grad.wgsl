// linear_weight_grad: the gradient of the loss at a linear layer's weights and bias, added onto what is there.
//
//   dw[n,k] += sum_m dy[m,n] * x[m,k]
//   db[n]   += sum_m dy[m,n]                (when hasBias is 1; else db is left alone)
//
// x : [rows, inner] f32      dy : [rows, cols] f32      dw : [cols, inner] f32      db : [cols] f32
// inner and cols are multiples of 4; rows may be anything.
// One lane owns 8 rows (outputs n) by 8 columns (inputs k) of dw in registers and walks the batch's rows in order: 4 vector loads
// feed 64 products. The lanes of the first columns also sum the bias, whose gradients they have loaded anyway.
// With operands in f16 it is linear_half_weight_grad: x and dy are stored in f32 and rounded as they are loaded, so that it gives the numbers
// that matrix units give. The bias is of dy unrounded, since nothing is multiplied there.

// use: factor_exact

const TILE_ROWS = 8u;
const TILE_COLS = 8u;
const LANE_ROWS = 8u; // tune: 1 8

struct Params { rows: u32, inner: u32, cols: u32, hasBias: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dw: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> db: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(8, LANE_ROWS)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let firstRow = id.y * TILE_ROWS;
  let firstCol = id.x * TILE_COLS;
  if (firstRow >= params.cols || firstCol >= params.inner) { return; }
  let height = params.cols / 4u;
  let width = params.inner / 4u;
  let top = firstRow / 4u;
  let bottom = min(top + 1u, height - 1u);
  let left = firstCol / 4u;
  let right = min(left + 1u, width - 1u);

  var sum: array<array<vec4f, TILE_COLS / 4u>, TILE_ROWS>;
  var biasTop = vec4f(0.0);
  var biasBottom = vec4f(0.0);
  for (var m = 0u; m < params.rows; m++) {
    let gradTop = dy[m * height + top];
    let gradBottom = dy[m * height + bottom];
    let inLeft = rounded(x[m * width + left]);
    let inRight = rounded(x[m * width + right]);
    let roundedTop = rounded(gradTop);
    let roundedBottom = rounded(gradBottom);
    for (var n = 0u; n < TILE_ROWS / 2u; n++) { // unroll
      sum[n][0] += roundedTop[n] * inLeft;
      sum[n][1] += roundedTop[n] * inRight;
      sum[n + 4u][0] += roundedBottom[n] * inLeft;
      sum[n + 4u][1] += roundedBottom[n] * inRight;
    }
    biasTop += gradTop;
    biasBottom += gradBottom;
  }

  for (var n = 0u; n < TILE_ROWS; n++) { // unroll
    if (firstRow + n < params.cols) {
      let at = (firstRow + n) * width + left;
      dw[at] += sum[n][0];
      if (left + 1u < width) { dw[at + 1u] += sum[n][1]; }
    }
  }
  if (params.hasBias == 1u && id.x == 0u) {
    db[top] += biasTop;
    if (top + 1u < height) { db[top + 1u] += biasBottom; }
  }
}
