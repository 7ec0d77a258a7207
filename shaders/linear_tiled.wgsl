// linear_tiled: linear for GPUs, which have memory of their own for a workgroup and cheap barriers.
//
//   y[m,n] = residual[m,n] + drop(bend(sum_k x[m,k] * w[n,k] + b[n]))
//   bend   = max(·, 0) with activation 1, nothing with 0; drop as in dropout.wgsl, nothing at rate 0; b and residual where they are had
//
// x : [rows, inner] f32      w : [cols, inner] f32      b : [cols] f32; inner and cols multiples of 4
// residual, y : [rows, cols] f32      seed : [4] u32, stream : as in dropout.wgsl
// A workgroup of 8 by 8 lanes owns a tile of SIDE by SIDE. For 16 inner numbers at a time it copies SIDE rows of x and of w to its memory,
// so that each is loaded once a tile; a lane then takes SIDE / 8 rows and columns of them, at 64 16 loads for 64 dot products. Its rows
// are 8 apart and its columns vectors of 4, 32 apart, so that neighbouring lanes read neighbouring memory.
// A small y is few tiles, too few for a GPU of many cores. The smaller side makes four times as many; and a tile may have SLICES times the
// lanes: the inner numbers are dealt to that many slices of 8 by 8, STEPS vectors of 4 at a time, and at last the first slice adds the
// others' sums to its own.
// Rows and columns past the edge read the last real one and are not stored; inner numbers past the end count as 0 in x and in w.
// Each y is a chain over its slice's k in order, four numbers at a time, then one over the slices.
// With operands in f16 it is linear_half_tiled. Both tiles hold f32 even so: a weight is widened once a workgroup instead of once a lane.

// use: operand_f32, linear_finish

const SIDE = 64u; // tune: 32 64
const SLICES = 1u; // tune: 1 2 4
const STEPS = 8u / max(SLICES, 2u); // vectors of 4 inner numbers that a slice copies: 16 KiB for all of them, at most

struct Params { rows: u32, inner: u32, cols: u32, hasBias: u32, activation: u32, hasResidual: u32, stream: u32, rate: f32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<Operand>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read> residual: array<vec4f>;
@group(0) @binding(4) var<storage, read> seed: array<u32>;
@group(0) @binding(5) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

// [SLICES][STEPS][SIDE]
var<workgroup> xTile: array<vec4f, SLICES * STEPS * SIDE>; // at last a slice's sums at one c, [SIDE / 8][64]
var<workgroup> wTile: array<vec4f, SLICES * STEPS * SIDE>;

@compute @workgroup_size(8, 8, SLICES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let lane = 8u * id.y + id.x; // of the slice
  let own = id.z * STEPS; // the slice's first step in memory, and of a round
  let firstRow = group.y * SIDE;
  let firstCol = group.x * SIDE;
  let steps = params.inner / 4u;
  let width = params.cols / 4u;
  let row = min(firstRow + lane % SIDE, params.rows - 1u) * steps;
  let col = min(firstCol + lane % SIDE, params.cols - 1u) * steps;

  var sum: array<array<vec4f, SIDE / 32u>, SIDE / 8u>;
  for (var first = 0u; first < steps; first += SLICES * STEPS) {
    for (var k = 0u; k < STEPS; k += 64u / SIDE) {
      let step = first + own + k + lane / SIDE;
      xTile[(own + k) * SIDE + lane] = select(vec4f(0.0), rounded(x[row + min(step, steps - 1u)]), step < steps);
      wTile[(own + k) * SIDE + lane] = select(vec4f(0.0), widened(w[col + min(step, steps - 1u)]), step < steps);
    }
    workgroupBarrier();
    for (var k = 0u; k < STEPS; k++) {
      let at = (own + k) * SIDE;
      var columns = array<mat4x4f, SIDE / 32u>();
      for (var c = 0u; c < SIDE / 32u; c++) { // unroll
        let col = at + 4u * id.x + 32u * c;
        columns[c] = mat4x4f(wTile[col], wTile[col + 1u], wTile[col + 2u], wTile[col + 3u]);
      }
      for (var m = 0u; m < SIDE / 8u; m++) { // unroll
        let row = xTile[at + id.y + 8u * m];
        for (var c = 0u; c < SIDE / 32u; c++) { // unroll
          sum[m][c] += row * columns[c]; // four dot products
        }
      }
    }
    workgroupBarrier();
  }

  // The slices' sums, one slice after another, into the first's.
  for (var slice = 1u; slice < SLICES; slice++) {
    for (var c = 0u; c < SIDE / 32u; c++) { // unroll
      if (id.z == slice) {
        for (var m = 0u; m < SIDE / 8u; m++) { // unroll
          xTile[m * 64u + lane] = sum[m][c];
        }
      }
      workgroupBarrier();
      if (id.z == 0u) {
        for (var m = 0u; m < SIDE / 8u; m++) { // unroll
          sum[m][c] += xTile[m * 64u + lane];
        }
      }
      workgroupBarrier();
    }
  }

  var sums = sum; // a copy to walk through: written out, finished() would be compiled for each
  for (var c = 0u; c < SIDE / 32u; c++) {
    let to = firstCol / 4u + id.x + 8u * c;
    if (id.z == 0u && to < width) {
      var bias = vec4f(0.0);
      if (params.hasBias == 1u) { bias = b[to]; }
      for (var m = 0u; m < SIDE / 8u; m++) {
        let row = firstRow + id.y + 8u * m;
        if (row < params.rows) { y[row * width + to] = finished(sums[m][c] + bias, row * width + to); }
      }
    }
  }
}
