// linear_weight_grad_tiled: linear_weight_grad for GPUs, in tiles as linear_tiled.
//
//   dw[n,k] += sum_m dy[m,n] * x[m,k]        db[n] += sum_m dy[m,n]        (db when hasBias is 1)
//
// x : [rows, inner] f32      dy : [rows, cols] f32      dw : [cols, inner] f32      db : [cols] f32; inner and cols multiples of 4
// A workgroup of 8 by 8 lanes owns a tile of SIDE by SIDE of dw. For 16 rows of the batch at a time it copies SIDE numbers of each row of dy
// and of x to its memory. A lane owns vectors of 4 rows of dw, 32 apart, and vectors of 4 columns, two each at a side of 64.
// Slices as in linear_tiled, of the rows of the batch, ROUND at a time.
// Rows and columns past the edge read the last real one and are not stored; rows of the batch past the last count as 0, in x too.
// Each dw is a chain over its slice's m in order, then one over the slices. The first columns' lanes of the first tiles sum the bias too,
// in the same order.
// With operands in f16 it is linear_half_weight_grad_tiled: the tile of x is rounded as it is made; that of the gradients serves the bias
// too, which is of them unrounded, so that a gradient is rounded by the lane that takes it.

// use: factor_exact

const SIDE = 64u; // tune: 32 64
const SLICES = 1u; // tune: 1 2 4
const WIDE = SIDE / 4u; // vectors of 4 in a tile's row
const ROUND = 32u / max(SLICES, 2u); // rows of the batch that a slice copies: 16 KiB for all of them, at most

struct Params { rows: u32, inner: u32, cols: u32, hasBias: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dw: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> db: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

// [SLICES][ROUND][WIDE]
var<workgroup> inputs: array<vec4f, SLICES * ROUND * WIDE>; // at last a slice's sums at one h, [4][SIDE / 32][64]
var<workgroup> grads: array<vec4f, SLICES * ROUND * WIDE>; // at last its bias there, [64]

@compute @workgroup_size(8, 8, SLICES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let lane = 8u * id.y + id.x; // of the slice
  let own = id.z * ROUND; // the slice's first row in memory, and of a round
  let height = params.cols / 4u;
  let width = params.inner / 4u;
  let top = group.y * WIDE;
  let left = group.x * WIDE;
  let inputAt = min(left + lane % WIDE, width - 1u);
  let gradAt = min(top + lane % WIDE, height - 1u);

  var sum: array<array<array<vec4f, SIDE / 32u>, 4>, SIDE / 32u>; // [vector of rows][row][vector of columns]
  var bias: array<vec4f, SIDE / 32u>;
  for (var first = 0u; first < params.rows; first += SLICES * ROUND) {
    for (var r = 0u; r < ROUND; r += 64u / WIDE) {
      let row = first + own + r + lane / WIDE;
      let at = min(row, params.rows - 1u);
      inputs[(own + r) * WIDE + lane] = select(vec4f(0.0), rounded(x[at * width + inputAt]), row < params.rows);
      grads[(own + r) * WIDE + lane] = select(vec4f(0.0), dy[at * height + gradAt], row < params.rows);
    }
    workgroupBarrier();
    for (var m = 0u; m < ROUND; m++) {
      let at = (own + m) * WIDE;
      var input = array<vec4f, SIDE / 32u>();
      for (var c = 0u; c < SIDE / 32u; c++) { // unroll
        input[c] = inputs[at + id.x + 8u * c];
      }
      for (var h = 0u; h < SIDE / 32u; h++) { // unroll
        let grad = grads[at + id.y + 8u * h];
        let roundedGrad = rounded(grad);
        for (var n = 0u; n < 4u; n++) { // unroll
          for (var c = 0u; c < SIDE / 32u; c++) { // unroll
            sum[h][n][c] += roundedGrad[n] * input[c];
          }
        }
        bias[h] += grad;
      }
    }
    workgroupBarrier();
  }

  // The slices' sums, one slice after another, into the first's.
  for (var slice = 1u; slice < SLICES; slice++) {
    for (var h = 0u; h < SIDE / 32u; h++) { // unroll
      if (id.z == slice) {
        for (var n = 0u; n < 4u; n++) { // unroll
          for (var c = 0u; c < SIDE / 32u; c++) { // unroll
            inputs[(n * SIDE / 32u + c) * 64u + lane] = sum[h][n][c];
          }
        }
        grads[lane] = bias[h];
      }
      workgroupBarrier();
      if (id.z == 0u) {
        for (var n = 0u; n < 4u; n++) { // unroll
          for (var c = 0u; c < SIDE / 32u; c++) { // unroll
            sum[h][n][c] += inputs[(n * SIDE / 32u + c) * 64u + lane];
          }
        }
        bias[h] += grads[lane];
      }
      workgroupBarrier();
    }
  }

  for (var h = 0u; h < SIDE / 32u; h++) { // unroll
    let quad = top + id.y + 8u * h;
    if (id.z == 0u && quad < height) {
      for (var n = 0u; n < 4u; n++) { // unroll
        for (var c = 0u; c < SIDE / 32u; c++) { // unroll
          let col = left + id.x + 8u * c;
          if (col < width) { dw[(4u * quad + n) * width + col] += sum[h][n][c]; }
        }
      }
      if (params.hasBias == 1u && group.x == 0u && id.x == 0u) { db[quad] += bias[h]; }
    }
  }
}
