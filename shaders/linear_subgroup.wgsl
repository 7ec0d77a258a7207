// linear_subgroup: linear for adapters whose lanes can pass numbers to each other, and for whom loads are dear: software drivers.
//
//   y[m,n] = sum_k x[m,k] * w[n,k]  +  b[n]        (the bias when hasBias is 1)
//
// x : [rows, inner] f32      w : [cols, inner] f32      b : [cols] f32      y : [rows, cols] f32; inner and cols multiples of 4
// One subgroup owns a tile of 16 rows by 4 columns a lane. Each lane loads its own four weights' rows, and one x in LANES rows; the
// subgroup passes the x around. Four inner numbers cost a lane 4 + 16/LANES vector loads for 64 dot products; the tile of linear needs
// 16 for as many. Rows and columns past the edge read the last real one and are not stored: no lane leaves early, or it could not pass.
// Each y is one chain of sums over k in order, as in linear, so both give the same bits where the driver contracts alike.

enable subgroups;

const LANES = 8u; // tune: 4 8 16, the adapter's subgroup size
const TILE_ROWS = 16u;

struct Params { rows: u32, inner: u32, cols: u32, hasBias: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let firstRow = group.y * TILE_ROWS;
  let firstCol = 4u * (group.x * LANES + lane);
  let steps = params.inner / 4u;
  let last = params.cols - 1u;
  let w0 = min(firstCol, last) * steps;
  let w1 = min(firstCol + 1u, last) * steps;
  let w2 = min(firstCol + 2u, last) * steps;
  let w3 = min(firstCol + 3u, last) * steps;

  var sum: array<vec4f, TILE_ROWS>;
  for (var k = 0u; k < steps; k++) {
    let weight0 = w[w0 + k];
    let weight1 = w[w1 + k];
    let weight2 = w[w2 + k];
    let weight3 = w[w3 + k];
    for (var h = 0u; h < TILE_ROWS / LANES; h++) { // unroll
      let held = x[min(firstRow + h * LANES + lane, params.rows - 1u) * steps + k];
      // Not written out: drivers compile the loop in a fraction of the time and run it no slower.
      for (var m = 0u; m < LANES; m++) {
        let row = subgroupShuffle(held, m);
        sum[h * LANES + m] += vec4f(dot(row, weight0), dot(row, weight1), dot(row, weight2), dot(row, weight3));
      }
    }
  }

  if (firstCol < params.cols) {
    var bias = vec4f(0.0);
    if (params.hasBias == 1u) { bias = b[firstCol / 4u]; }
    for (var m = 0u; m < TILE_ROWS; m++) { // unroll
      if (firstRow + m < params.rows) { y[((firstRow + m) * params.cols + firstCol) / 4u] = sum[m] + bias; }
    }
  }
}
