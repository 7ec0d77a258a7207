// linear_grad_subgroup: linear_grad for adapters whose lanes can pass numbers to each other, as linear_subgroup.
//
//   dx[m,k] (+)= sum_n dy[m,n] * w[n,k]        (onto what is there when accumulate is 1)
//
// dy : [rows, cols] f32      w : [cols, inner] f32      dx : [rows, inner] f32; inner and cols multiples of 4
// One subgroup owns a tile of 16 rows by 4 columns of dx a lane. Each lane loads its own columns of four weights' rows, and one dy in
// LANES rows, which the subgroup passes around. Edges as in linear_subgroup.
// Each dx is one chain of sums over n in order.

enable subgroups;

const LANES = 8u; // tune: 4 8 16, the adapter's subgroup size
const TILE_ROWS = 16u;

struct Params { rows: u32, inner: u32, cols: u32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let firstRow = group.y * TILE_ROWS;
  let width = params.inner / 4u;
  let steps = params.cols / 4u;
  let col = group.x * LANES + lane;
  let source = min(col, width - 1u);

  var sum: array<vec4f, TILE_ROWS>;
  for (var n = 0u; n < steps; n++) {
    let weight0 = w[(4u * n) * width + source];
    let weight1 = w[(4u * n + 1u) * width + source];
    let weight2 = w[(4u * n + 2u) * width + source];
    let weight3 = w[(4u * n + 3u) * width + source];
    for (var h = 0u; h < TILE_ROWS / LANES; h++) { // unroll
      let held = dy[min(firstRow + h * LANES + lane, params.rows - 1u) * steps + n];
      for (var m = 0u; m < LANES; m++) {
        let slope = subgroupShuffle(held, m);
        sum[h * LANES + m] += slope.x * weight0 + slope.y * weight1 + slope.z * weight2 + slope.w * weight3;
      }
    }
  }

  if (col < width) {
    for (var m = 0u; m < TILE_ROWS; m++) { // unroll
      if (firstRow + m < params.rows) {
        let at = (firstRow + m) * width + col;
        var total = sum[m];
        if (params.accumulate == 1u) { total += dx[at]; }
        dx[at] = total;
      }
    }
  }
}
