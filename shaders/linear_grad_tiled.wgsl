// linear_grad_tiled: linear_grad for GPUs, in tiles as linear_tiled.
//
//   dx[m,k] (+)= gate[m,k] * sum_n dy[m,n] * w[n,k]        (onto what is there when accumulate is 1)
//   gate[m,k] = 1 / (1 - rate) where x[m,k] > 0, else 0, with gated 1: the way back through the ReLU and the dropout that x came out of; else 1
//
// dy : [rows, cols] f32      w : [cols, inner] f32      x, dx : [rows, inner] f32; inner and cols multiples of 4
// A workgroup of 8 by 8 lanes owns a tile of 64 by 64 of dx. For 16 columns of dy at a time it copies 64 rows of dy and 16 rows of w, 64
// numbers long, to its memory. A lane's rows and columns as in linear_tiled.
// Rows and columns past the edge read the last real one and are not stored; columns of dy past the end count as 0, in w too.
// Each dx is one chain over n in order, four numbers at a time.

const SIDE = 64u;
const STEPS = 4u; // vectors of 4 columns of dy a round

struct Params { rows: u32, inner: u32, cols: u32, accumulate: u32, gated: u32, rate: f32 }

@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

var<workgroup> slopes: array<vec4f, 256>; // [STEPS][SIDE]
var<workgroup> weights: array<vec4f, 256>; // [4 · STEPS][SIDE / 4]

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let firstRow = group.y * SIDE;
  let steps = params.cols / 4u;
  let width = params.inner / 4u;
  let row = min(firstRow + lane, params.rows - 1u) * steps;
  let col = group.x * SIDE / 4u + lane % 16u;

  var sum: array<array<vec4f, 2>, 8>;
  for (var first = 0u; first < steps; first += STEPS) {
    for (var k = 0u; k < STEPS; k++) { // unroll
      let real = first + k < steps;
      slopes[k * SIDE + lane] = select(vec4f(0.0), dy[row + min(first + k, steps - 1u)], real);
      let line = 4u * first + 4u * k + lane / 16u;
      weights[k * SIDE + lane] = select(vec4f(0.0), w[min(line, params.cols - 1u) * width + min(col, width - 1u)], real);
    }
    workgroupBarrier();
    for (var k = 0u; k < STEPS; k++) {
      let at = k * SIDE + id.x;
      let left = transpose(mat4x4f(weights[at], weights[at + 16u], weights[at + 32u], weights[at + 48u]));
      let right = transpose(mat4x4f(weights[at + 8u], weights[at + 24u], weights[at + 40u], weights[at + 56u]));
      for (var m = 0u; m < 8u; m++) { // unroll
        let own = slopes[k * SIDE + id.y + 8u * m];
        sum[m][0] += own * left; // four dot products
        sum[m][1] += own * right;
      }
    }
    workgroupBarrier();
  }

  var sums = sum; // a copy to walk through: written out, finished() would be compiled for each
  for (var m = 0u; m < 8u; m++) {
    let row = firstRow + id.y + 8u * m;
    for (var c = 0u; c < 2u; c++) {
      let to = group.x * SIDE / 4u + id.x + 8u * c;
      if (row < params.rows && to < width) { dx[row * width + to] = finished(sums[m][c], row * width + to); }
    }
  }
}

// What becomes of a sum of products; at counts vectors of 4 in x and dx.
fn finished(sum: vec4f, at: u32) -> vec4f {
  var out = sum;
  if (params.gated == 1u) { out = select(vec4f(0.0), out / (1.0 - params.rate), x[at] > vec4f(0.0)); }
  if (params.accumulate == 1u) { out += dx[at]; }
  return out;
}
