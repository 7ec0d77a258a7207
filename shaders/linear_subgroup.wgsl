// linear_subgroup: linear for adapters whose lanes can pass numbers to each other, and for whom loads are dear: software drivers.
//
//   y[m,n] = residual[m,n] + drop(bend(sum_k x[m,k] * w[n,k] + b[n]))
//   bend   = max(·, 0) with activation 1, nothing with 0; drop as in dropout.wgsl, nothing at rate 0; b and residual where they are had
//
// x : [rows, inner] f32      w : [cols, inner] f32      b : [cols] f32; inner and cols multiples of 4
// residual, y : [rows, cols] f32      seed : [4] u32, stream : as in dropout.wgsl
// One subgroup owns a tile of TILE_ROWS rows by 4·COL_QUADS columns a lane. Each lane loads the weights' rows of its own columns, and
// one x in LANES rows; the subgroup passes the x around. Four inner numbers cost a lane 4·COL_QUADS + TILE_ROWS/LANES vector loads for
// 4·TILE_ROWS·COL_QUADS dot products: at 16 by 4 on 8 lanes 6 for 64, where the tile of linear needs 16. All loads come before all
// products, or compilers carry half-made products across the branches of the loads; the ones that are passed around come first.
// Rows and columns past the edge read the last real one and are not stored: no lane leaves early, or it could not pass.
// Each y is one chain over k in order, four numbers at a time.
// With operands in f16 it is linear_half_subgroup: loads of weights are of two words each instead of four, and an x is rounded once, by the
// lane that loads it, before it is passed around.

// use: operand_f32, linear_finish

enable subgroups;

const LANES = 8u; // tune: 4 8, the adapter's subgroup size
const TILE_ROWS = 16u; // tune: 16 32
const COL_QUADS = 1u; // tune: 1 2

struct Params { rows: u32, inner: u32, cols: u32, hasBias: u32, activation: u32, hasResidual: u32, stream: u32, rate: f32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<Operand>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read> residual: array<vec4f>;
@group(0) @binding(4) var<storage, read> seed: array<u32>;
@group(0) @binding(5) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let firstRow = group.y * TILE_ROWS;
  let steps = params.inner / 4u;
  let width = params.cols / 4u;
  let col = group.x * LANES * COL_QUADS + lane; // in vectors of 4; the lane's next is LANES further

  var sum: array<array<vec4f, COL_QUADS>, TILE_ROWS>;
  for (var k = 0u; k < steps; k++) {
    var held = array<vec4f, TILE_ROWS / LANES>();
    for (var h = 0u; h < TILE_ROWS / LANES; h++) { // unroll
      held[h] = rounded(x[min(firstRow + h * LANES + lane, params.rows - 1u) * steps + k]);
    }
    var weight = array<mat4x4f, COL_QUADS>();
    for (var c = 0u; c < COL_QUADS; c++) { // unroll
      let at = 4u * min(col + c * LANES, width - 1u) * steps + k;
      weight[c] = mat4x4f(widened(w[at]), widened(w[at + steps]), widened(w[at + 2u * steps]), widened(w[at + 3u * steps]));
    }
    for (var h = 0u; h < TILE_ROWS / LANES; h++) { // unroll
      for (var m = 0u; m < LANES; m++) { // unroll
        let row = subgroupShuffle(held[h], m);
        for (var c = 0u; c < COL_QUADS; c++) { // unroll
          sum[h * LANES + m][c] += row * weight[c]; // four dot products
        }
      }
    }
  }

  for (var c = 0u; c < COL_QUADS; c++) { // unroll
    let to = col + c * LANES;
    if (to < width) {
      var bias = vec4f(0.0);
      if (params.hasBias == 1u) { bias = b[to]; }
      for (var m = 0u; m < min(TILE_ROWS, params.rows - firstRow); m++) {
        let at = (firstRow + m) * width + to;
        y[at] = finished(sum[m][c] + bias, at);
      }
    }
  }
}
