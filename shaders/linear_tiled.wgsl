// linear_tiled: linear for GPUs, which have memory of their own for a workgroup and cheap barriers.
//
//   y[m,n] = residual[m,n] + drop(bend(sum_k x[m,k] * w[n,k] + b[n]))
//   bend   = max(·, 0) with activation 1, nothing with 0; drop as in dropout.wgsl, nothing at rate 0; b and residual where they are had
//
// x : [rows, inner] f32      w : [cols, inner] f32      b : [cols] f32; inner and cols multiples of 4
// residual, y : [rows, cols] f32      seed : [4] u32, site : as in dropout.wgsl
// A workgroup of 8 by 8 lanes owns a tile of 64 by 64. For 16 inner numbers at a time it copies 64 rows of x and of w to its memory, so
// that each is loaded once a tile; a lane then takes 8 rows and 8 columns of them, 16 loads for 64 dot products. Its rows are 8 apart
// and its columns two vectors of 4, 32 apart, so that neighbouring lanes read neighbouring memory.
// Rows and columns past the edge read the last real one and are not stored; inner numbers past the end count as 0 in x and in w.
// Each y is one chain over k in order, four numbers at a time.

const SIDE = 64u;
const STEPS = 4u; // vectors of 4 inner numbers a round

struct Params { rows: u32, inner: u32, cols: u32, hasBias: u32, activation: u32, hasResidual: u32, site: u32, rate: f32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read> residual: array<vec4f>;
@group(0) @binding(4) var<storage, read> seed: array<u32>;
@group(0) @binding(5) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

// [STEPS][SIDE]
var<workgroup> xTile: array<vec4f, 256>;
var<workgroup> wTile: array<vec4f, 256>;

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let firstRow = group.y * SIDE;
  let firstCol = group.x * SIDE;
  let steps = params.inner / 4u;
  let width = params.cols / 4u;
  let row = min(firstRow + lane, params.rows - 1u) * steps;
  let col = min(firstCol + lane, params.cols - 1u) * steps;

  var sum: array<array<vec4f, 2>, 8>;
  for (var first = 0u; first < steps; first += STEPS) {
    for (var k = 0u; k < STEPS; k++) { // unroll
      let real = first + k < steps;
      xTile[k * SIDE + lane] = select(vec4f(0.0), x[row + min(first + k, steps - 1u)], real);
      wTile[k * SIDE + lane] = select(vec4f(0.0), w[col + min(first + k, steps - 1u)], real);
    }
    workgroupBarrier();
    for (var k = 0u; k < STEPS; k++) {
      let at = k * SIDE + 4u * id.x;
      let left = mat4x4f(wTile[at], wTile[at + 1u], wTile[at + 2u], wTile[at + 3u]);
      let right = mat4x4f(wTile[at + 32u], wTile[at + 33u], wTile[at + 34u], wTile[at + 35u]);
      for (var m = 0u; m < 8u; m++) { // unroll
        let own = xTile[k * SIDE + id.y + 8u * m];
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
      let to = firstCol / 4u + id.x + 8u * c;
      if (row < params.rows && to < width) { y[row * width + to] = finished(sums[m][c], to, row * width + to); }
    }
  }
}

// What becomes of a sum of products: col and at count vectors of 4 in a row and in y. Dropout as in dropout.wgsl.
fn finished(sum: vec4f, col: u32, at: u32) -> vec4f {
  var out = sum;
  if (params.hasBias == 1u) { out += b[col]; }
  if (params.activation == 1u) { out = max(out, vec4f(0.0)); }
  if (params.rate > 0.0) {
    let bits = pcg4d(vec4u(at, params.site, seed[0], seed[1]));
    out = select(vec4f(0.0), out / (1.0 - params.rate), bits >= vec4u(u32(params.rate * 4294967296.0)));
  }
  if (params.hasResidual == 1u) { out += residual[at]; }
  return out;
}

// Four hashed words of four: pcg4d, Jarzynski and Olano, "Hash Functions for GPU Rendering", 2020. u32 arithmetic wraps by definition.
fn pcg4d(key: vec4u) -> vec4u {
  var v = key * 1664525u + 1013904223u;
  v.x += v.y * v.w;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v.w += v.y * v.z;
  v ^= v >> vec4u(16u);
  v.x += v.y * v.w;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v.w += v.y * v.z;
  return v;
}
