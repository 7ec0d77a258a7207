// linear_half_tiled: linear_half for GPUs without matrix units for halves, in tiles as linear_tiled.
//
//   y[m,n] = residual[m,n] + drop(bend(sum_k half(x[m,k]) * w[n,k] + b[n]))
//   bend   = max(·, 0) with activation 1, nothing with 0; drop as in dropout.wgsl, nothing at rate 0; b and residual where they are had
//
// x : [rows, inner] f32      w : [cols, inner] f16, two to a u32, what to_half makes      b : [cols] f32
// residual, y : [rows, cols] f32      seed : [4] u32, stream : as in dropout.wgsl      inner and cols are multiples of 4
// Lanes, tiles, slices and edges as in linear_tiled. Both tiles hold f32: a half is widened once a workgroup instead of once a lane.

const SIDE = 64u; // tune: 32 64
const SLICES = 1u; // tune: 1 2 4
const STEPS = 8u / max(SLICES, 2u); // vectors of 4 inner numbers that a slice copies: 16 KiB for all of them, at most

struct Params { rows: u32, inner: u32, cols: u32, hasBias: u32, activation: u32, hasResidual: u32, stream: u32, rate: f32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<vec2u>;
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
      xTile[(own + k) * SIDE + lane] = select(vec4f(0.0), nearestHalf(x[row + min(step, steps - 1u)]), step < steps);
      wTile[(own + k) * SIDE + lane] = select(vec4f(0.0), wide(w[col + min(step, steps - 1u)]), step < steps);
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
  for (var m = 0u; m < SIDE / 8u; m++) {
    let row = firstRow + id.y + 8u * m;
    for (var c = 0u; c < SIDE / 32u; c++) {
      let to = firstCol / 4u + id.x + 8u * c;
      if (id.z == 0u && row < params.rows && to < width) { y[row * width + to] = finished(sums[m][c], to, row * width + to); }
    }
  }
}

// What becomes of a sum of products: col and at count vectors of 4 in a row and in y. Dropout as in dropout.wgsl.
fn finished(sum: vec4f, col: u32, at: u32) -> vec4f {
  var out = sum;
  if (params.hasBias == 1u) { out += b[col]; }
  if (params.activation == 1u) { out = max(out, vec4f(0.0)); }
  if (params.rate > 0.0) {
    let bits = pcg4d(vec4u(at, params.stream, seed[0], seed[1]));
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

fn wide(h: vec2u) -> vec4f { return vec4f(unpack2x16float(h.x), unpack2x16float(h.y)); }

// As in linear_half.
fn nearestHalf(v: vec4f) -> vec4f {
  let bits = bitcast<vec4u>(v);
  let near = (bits + vec4u(0xfffu) + ((bits >> vec4u(13u)) & vec4u(1u))) & vec4u(0xffffe000u);
  let size = bits & vec4u(0x7fffffffu);
  let far = (bits & vec4u(0x80000000u)) | max(size, vec4u(0x7f800000u));
  return bitcast<vec4f>(select(near, far, size >= vec4u(0x477ff000u)));
}
