// linear_weight_grad_subgroup: linear_weight_grad for adapters whose lanes can pass numbers to each other, as linear_subgroup.
//
//   dw[n,k] += sum_m dy[m,n] * x[m,k]        db[n] += sum_m dy[m,n]        (db when hasBias is 1)
//
// x : [rows, inner] f32      dy : [rows, cols] f32      dw : [cols, inner] f32      db : [cols] f32; inner and cols multiples of 4
// One subgroup owns a tile of 16 rows of dw by 4 columns a lane. For LANES rows of the batch at a time each lane loads one row's 16
// slopes, which the subgroup passes around, and its own columns of every x. Rows past the last count as slopes of 0.
// Each dw is one chain of sums over m in order. The subgroups of the first columns sum the bias too.

enable subgroups;

const LANES = 8u; // tune: 4 8 16, the adapter's subgroup size
const TILE_ROWS = 16u;

struct Params { rows: u32, inner: u32, cols: u32, hasBias: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dw: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> db: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let height = params.cols / 4u;
  let width = params.inner / 4u;
  let top = group.y * TILE_ROWS / 4u;
  let col = group.x * LANES + lane;
  let source = min(col, width - 1u);

  var sum: array<vec4f, TILE_ROWS>;
  var bias: array<vec4f, TILE_ROWS / 4u>;
  for (var first = 0u; first < params.rows; first += LANES) {
    let real = select(0.0, 1.0, first + lane < params.rows);
    let row = min(first + lane, params.rows - 1u) * height;
    let held0 = dy[row + min(top, height - 1u)] * real;
    let held1 = dy[row + min(top + 1u, height - 1u)] * real;
    let held2 = dy[row + min(top + 2u, height - 1u)] * real;
    let held3 = dy[row + min(top + 3u, height - 1u)] * real;
    for (var m = 0u; m < LANES; m++) {
      let input = x[min(first + m, params.rows - 1u) * width + source];
      let slope0 = subgroupShuffle(held0, m);
      let slope1 = subgroupShuffle(held1, m);
      let slope2 = subgroupShuffle(held2, m);
      let slope3 = subgroupShuffle(held3, m);
      for (var n = 0u; n < 4u; n++) { // unroll
        sum[n] += slope0[n] * input;
        sum[n + 4u] += slope1[n] * input;
        sum[n + 8u] += slope2[n] * input;
        sum[n + 12u] += slope3[n] * input;
      }
      bias[0] += slope0;
      bias[1] += slope1;
      bias[2] += slope2;
      bias[3] += slope3;
    }
  }

  for (var n = 0u; n < TILE_ROWS; n++) { // unroll
    if (4u * top + n < params.cols && col < width) { dw[(4u * top + n) * width + col] += sum[n]; }
  }
  if (params.hasBias == 1u && col == 0u) {
    for (var n = 0u; n < TILE_ROWS / 4u; n++) { // unroll
      if (top + n < height) { db[top + n] += bias[n]; }
    }
  }
}
