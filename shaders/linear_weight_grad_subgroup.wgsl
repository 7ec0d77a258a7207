// linear_weight_grad_subgroup: linear_weight_grad for adapters whose lanes can pass numbers to each other, as linear_subgroup.
//
//   dw[n,k] += sum_m dy[m,n] * x[m,k]        db[n] += sum_m dy[m,n]        (db when hasBias is 1)
//
// x : [rows, inner] f32      dy : [rows, cols] f32      dw : [cols, inner] f32      db : [cols] f32; inner and cols multiples of 4
// One subgroup owns a tile of TILE_ROWS rows of dw by 4·COL_QUADS columns a lane, and walks four rows of the batch at a time. Each lane
// loads its own columns of the four x. Of the gradients lane 4·p + j holds row j's for four rows of the tile, and the subgroup passes them
// around. Loads and edges as in linear_subgroup; rows of the batch past the last count as gradients of 0.
// Each dw is one chain over m in order, four rows at a time. The subgroups of the first columns sum the bias too: each lane every
// fourth row of the batch, then the four lanes that hold the same gradients in a fixed tree.
// With operands in f16 it is linear_half_weight_grad_subgroup: a gradient is rounded by the lane that loads it, after its share of the bias
// is taken.

// use: factor_exact

enable subgroups;

const LANES = 8u; // tune: 4 8, the adapter's subgroup size
const TILE_ROWS = 16u; // tune: 16 32
const COL_QUADS = 1u; // tune: 1 2

struct Params { rows: u32, inner: u32, cols: u32, hasBias: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dw: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> db: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let firstRow = group.y * TILE_ROWS;
  let height = params.cols / 4u;
  let width = params.inner / 4u;
  let col = group.x * LANES * COL_QUADS + lane; // in vectors of 4; the lane's next is LANES further
  let quad = firstRow / 4u + lane / 4u;

  var sum: array<array<vec4f, COL_QUADS>, TILE_ROWS>;
  var bias: array<vec4f, TILE_ROWS / LANES>;
  for (var first = 0u; first < params.rows; first += 4u) {
    let last = params.rows - 1u;
    let row = first + lane % 4u;
    let real = select(0.0, 1.0, row <= last);
    var held = array<vec4f, TILE_ROWS / LANES>();
    for (var h = 0u; h < TILE_ROWS / LANES; h++) { // unroll
      held[h] = dy[min(row, last) * height + min(quad + h * LANES / 4u, height - 1u)] * real;
      bias[h] += held[h];
      held[h] = rounded(held[h]);
    }
    var input = array<mat4x4f, COL_QUADS>();
    for (var c = 0u; c < COL_QUADS; c++) { // unroll
      let at = min(col + c * LANES, width - 1u);
      input[c] = transpose(mat4x4f(
        rounded(x[first * width + at]), rounded(x[min(first + 1u, last) * width + at]),
        rounded(x[min(first + 2u, last) * width + at]), rounded(x[min(first + 3u, last) * width + at]),
      ));
    }
    for (var h = 0u; h < TILE_ROWS / LANES; h++) { // unroll
      for (var p = 0u; p < LANES / 4u; p++) { // unroll
        let grads = transpose(mat4x4f(
          subgroupShuffle(held[h], 4u * p), subgroupShuffle(held[h], 4u * p + 1u),
          subgroupShuffle(held[h], 4u * p + 2u), subgroupShuffle(held[h], 4u * p + 3u),
        ));
        for (var n = 0u; n < 4u; n++) { // unroll
          for (var c = 0u; c < COL_QUADS; c++) { // unroll
            sum[h * LANES + 4u * p + n][c] += grads[n] * input[c]; // four dot products
          }
        }
      }
    }
  }

  for (var c = 0u; c < COL_QUADS; c++) { // unroll
    let to = col + c * LANES;
    if (to < width) {
      for (var n = 0u; n < min(TILE_ROWS, params.cols - firstRow); n++) { dw[(firstRow + n) * width + to] += sum[n][c]; }
    }
  }
  for (var h = 0u; h < TILE_ROWS / LANES; h++) { // unroll
    let pair = bias[h] + subgroupShuffleXor(bias[h], 1u);
    let total = pair + subgroupShuffleXor(pair, 2u);
    let to = quad + h * LANES / 4u;
    if (params.hasBias == 1u && group.x == 0u && lane % 4u == 0u && to < height) { db[to] += total; }
  }
}
