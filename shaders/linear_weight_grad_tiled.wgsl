// linear_weight_grad_tiled: linear_weight_grad for GPUs, in tiles as linear_tiled.
//
//   dw[n,k] += sum_m dy[m,n] * x[m,k]        db[n] += sum_m dy[m,n]        (db when hasBias is 1)
//
// x : [rows, inner] f32      dy : [rows, cols] f32      dw : [cols, inner] f32      db : [cols] f32; inner and cols multiples of 4
// A workgroup of 8 by 8 lanes owns a tile of 64 by 64 of dw. For 16 rows of the batch at a time it copies 64 numbers of each row of dy
// and of x to its memory. A lane owns two vectors of 4 rows of dw, 32 apart, and two of 4 columns.
// Rows and columns past the edge read the last real one and are not stored; rows of the batch past the last count as 0, in x too.
// Each dw is one chain over m in order. The first columns' lanes of the first tiles sum the bias too, in the same order.

const SIDE = 64u;
const ROUND = 16u; // rows of the batch

struct Params { rows: u32, inner: u32, cols: u32, hasBias: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dw: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> db: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

// [ROUND][SIDE / 4]
var<workgroup> inputs: array<vec4f, 256>;
var<workgroup> slopes: array<vec4f, 256>;

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let height = params.cols / 4u;
  let width = params.inner / 4u;
  let top = group.y * SIDE / 4u;
  let left = group.x * SIDE / 4u;
  let inputAt = min(left + lane % 16u, width - 1u);
  let slopeAt = min(top + lane % 16u, height - 1u);

  var sum: array<array<array<vec4f, 2>, 4>, 2>; // [half of the rows][row][half of the columns]
  var bias: array<vec4f, 2>;
  for (var first = 0u; first < params.rows; first += ROUND) {
    for (var r = 0u; r < 4u; r++) { // unroll
      let row = first + 4u * r + lane / 16u;
      let at = min(row, params.rows - 1u);
      inputs[r * SIDE + lane] = select(vec4f(0.0), x[at * width + inputAt], row < params.rows);
      slopes[r * SIDE + lane] = select(vec4f(0.0), dy[at * height + slopeAt], row < params.rows);
    }
    workgroupBarrier();
    for (var m = 0u; m < ROUND; m++) {
      let input0 = inputs[16u * m + id.x];
      let input1 = inputs[16u * m + id.x + 8u];
      for (var h = 0u; h < 2u; h++) { // unroll
        let slope = slopes[16u * m + id.y + 8u * h];
        for (var n = 0u; n < 4u; n++) { // unroll
          sum[h][n][0] += slope[n] * input0;
          sum[h][n][1] += slope[n] * input1;
        }
        bias[h] += slope;
      }
    }
    workgroupBarrier();
  }

  for (var h = 0u; h < 2u; h++) { // unroll
    let quad = top + id.y + 8u * h;
    if (quad < height) {
      for (var n = 0u; n < 4u; n++) { // unroll
        for (var c = 0u; c < 2u; c++) { // unroll
          let col = left + id.x + 8u * c;
          if (col < width) { dw[(4u * quad + n) * width + col] += sum[h][n][c]; }
        }
      }
      if (params.hasBias == 1u && group.x == 0u && id.x == 0u) { db[quad] += bias[h]; }
    }
  }
}
