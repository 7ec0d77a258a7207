// linear_grad_subgroup: linear_grad for adapters whose lanes can pass numbers to each other, as linear_subgroup.
//
//   dx[m,k] (+)= gate[m,k] * sum_n dy[m,n] * w[n,k]        (onto what is there when accumulate is 1)
//   gate[m,k] = 1 / (1 - rate) where x[m,k] > 0, else 0, with gated 1: the way back through the ReLU and the dropout that x came out of; else 1
//
// dy : [rows, cols] f32      w : [cols, inner] f32      x, dx : [rows, inner] f32; inner and cols multiples of 4
// One subgroup owns a tile of TILE_ROWS rows by 4·COL_QUADS columns of dx a lane. Each lane loads its own columns of four weights'
// rows, and one dy in LANES rows, which the subgroup passes around. Loads and edges as in linear_subgroup.
// Each dx is one chain over n in order, four numbers at a time.
// With operands in f16 it is linear_half_grad_subgroup: a gradient is rounded once, by the lane that loads it.

// use: operand_f32, linear_grad_finish

enable subgroups;

const LANES = 8u; // tune: 4 8, the adapter's subgroup size
const TILE_ROWS = 16u; // tune: 16 32
const COL_QUADS = 1u; // tune: 1 2

struct Params { rows: u32, inner: u32, cols: u32, accumulate: u32, gated: u32, rate: f32 }

@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<Operand>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let firstRow = group.y * TILE_ROWS;
  let steps = params.cols / 4u;
  let width = params.inner / 4u;
  let col = group.x * LANES * COL_QUADS + lane; // in vectors of 4; the lane's next is LANES further

  var sum: array<array<vec4f, COL_QUADS>, TILE_ROWS>;
  for (var n = 0u; n < steps; n++) {
    var held = array<vec4f, TILE_ROWS / LANES>();
    for (var h = 0u; h < TILE_ROWS / LANES; h++) { // unroll
      held[h] = rounded(dy[min(firstRow + h * LANES + lane, params.rows - 1u) * steps + n]);
    }
    var weight = array<mat4x4f, COL_QUADS>();
    for (var c = 0u; c < COL_QUADS; c++) { // unroll
      let at = 4u * n * width + min(col + c * LANES, width - 1u);
      weight[c] = transpose(mat4x4f(widened(w[at]), widened(w[at + width]), widened(w[at + 2u * width]), widened(w[at + 3u * width])));
    }
    for (var h = 0u; h < TILE_ROWS / LANES; h++) { // unroll
      for (var m = 0u; m < LANES; m++) { // unroll
        let grad = subgroupShuffle(held[h], m);
        for (var c = 0u; c < COL_QUADS; c++) { // unroll
          sum[h * LANES + m][c] += grad * weight[c]; // four dot products
        }
      }
    }
  }

  for (var c = 0u; c < COL_QUADS; c++) { // unroll
    let to = col + c * LANES;
    if (to < width) {
      for (var m = 0u; m < min(TILE_ROWS, params.rows - firstRow); m++) {
        let at = (firstRow + m) * width + to;
        dx[at] = finished(sum[m][c], at);
      }
    }
  }
}
