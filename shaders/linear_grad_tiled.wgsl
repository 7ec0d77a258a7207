// linear_grad_tiled: linear_grad for GPUs, in tiles as linear_tiled.
//
//   dx[m,k] (+)= gate[m,k] * sum_n dy[m,n] * w[n,k]        (onto what is there when accumulate is 1)
//   gate[m,k] = 1 / (1 - rate) where x[m,k] > 0, else 0, with gated 1: the way back through the ReLU and the dropout that x came out of; else 1
//
// dy : [rows, cols] f32      w : [cols, inner] f32      x, dx : [rows, inner] f32; inner and cols multiples of 4
// A workgroup of 8 by 8 lanes owns a tile of SIDE by SIDE of dx. For 16 columns of dy at a time it copies SIDE rows of dy and 16 rows of w,
// SIDE numbers long, to its memory. A lane's rows and columns as in linear_tiled, and slices too: of the columns of dy.
// Rows and columns past the edge read the last real one and are not stored; columns of dy past the end count as 0, in w too.
// Each dx is a chain over its slice's n in order, four numbers at a time, then one over the slices.
// With operands in f16 it is linear_half_grad_tiled, with tiles in f32 as in linear_tiled.

// use: operand_f32, linear_grad_finish

const SIDE = 64u; // tune: 32 64
const SLICES = 1u; // tune: 1 2 4
const STEPS = 8u / max(SLICES, 2u); // vectors of 4 columns of dy that a slice copies: 16 KiB for all of them, at most

struct Params { rows: u32, inner: u32, cols: u32, accumulate: u32, gated: u32, rate: f32 }

@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<Operand>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

const WIDE = SIDE / 4u; // vectors of 4 in a tile's row
var<workgroup> grads: array<vec4f, SLICES * STEPS * SIDE>; // [SLICES][STEPS][SIDE]; at last a slice's sums at one c, [SIDE / 8][64]
var<workgroup> weights: array<vec4f, SLICES * STEPS * SIDE>; // [SLICES][4 · STEPS][WIDE]

@compute @workgroup_size(8, 8, SLICES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let lane = 8u * id.y + id.x; // of the slice
  let own = id.z * STEPS; // the slice's first step in memory, and of a round
  let firstRow = group.y * SIDE;
  let steps = params.cols / 4u;
  let width = params.inner / 4u;
  let row = min(firstRow + lane % SIDE, params.rows - 1u) * steps;
  let col = group.x * WIDE + lane % WIDE;

  var sum: array<array<vec4f, SIDE / 32u>, SIDE / 8u>;
  for (var first = 0u; first < steps; first += SLICES * STEPS) {
    for (var k = 0u; k < STEPS; k += 64u / SIDE) {
      let step = first + own + k + lane / SIDE;
      grads[(own + k) * SIDE + lane] = select(vec4f(0.0), rounded(dy[row + min(step, steps - 1u)]), step < steps);
      let line = 4u * (first + own + k) + lane / WIDE;
      weights[(own + k) * SIDE + lane] = select(vec4f(0.0), widened(w[min(line, params.cols - 1u) * width + min(col, width - 1u)]), step < steps);
    }
    workgroupBarrier();
    for (var k = 0u; k < STEPS; k++) {
      let at = (own + k) * SIDE;
      var columns = array<mat4x4f, SIDE / 32u>();
      for (var c = 0u; c < SIDE / 32u; c++) { // unroll
        let col = at + id.x + 8u * c;
        columns[c] = transpose(mat4x4f(weights[col], weights[col + WIDE], weights[col + 2u * WIDE], weights[col + 3u * WIDE]));
      }
      for (var m = 0u; m < SIDE / 8u; m++) { // unroll
        let row = grads[at + id.y + 8u * m];
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
          grads[m * 64u + lane] = sum[m][c];
        }
      }
      workgroupBarrier();
      if (id.z == 0u) {
        for (var m = 0u; m < SIDE / 8u; m++) { // unroll
          sum[m][c] += grads[m * 64u + lane];
        }
      }
      workgroupBarrier();
    }
  }

  var sums = sum; // a copy to walk through: written out, finished() would be compiled for each
  for (var m = 0u; m < SIDE / 8u; m++) {
    let row = firstRow + id.y + 8u * m;
    for (var c = 0u; c < SIDE / 32u; c++) {
      let to = group.x * WIDE + id.x + 8u * c;
      if (id.z == 0u && row < params.rows && to < width) { dx[row * width + to] = finished(sums[m][c], row * width + to); }
    }
  }
}
