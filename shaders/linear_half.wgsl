// linear_half: linear with operands rounded to halves, the weights from a working copy that holds them so; sums stay f32.
//
//   y[m,n] = residual[m,n] + drop(bend(sum_k half(x[m,k]) * w[n,k] + b[n]))
//   bend   = max(·, 0) with activation 1, nothing with 0; drop as in dropout.wgsl, nothing at rate 0; b and residual where they are had
//
// x : [rows, inner] f32      w : [cols, inner] f16, two to a u32, what to_half makes      b : [cols] f32
// residual, y : [rows, cols] f32      seed : [4] u32, stream : as in dropout.wgsl      inner and cols are multiples of 4
// Lanes, tiles and edges as in shaders/linear.wgsl: core WGSL, for adapters that know no halves. The copy is half the bytes to load.
// The product of two halves is exact in f32, so only the sums round, as in linear; what rounding the operands costs, up to 2^-11 of
// each, is the meaning of the kernel. An x from 65520 on is infinite here, and makes the sums it enters infinite or no number.

const TILE_ROWS = 8u;
const TILE_COLS = 8u;
const LANE_ROWS = 8u; // tune: 1 8

struct Params { rows: u32, inner: u32, cols: u32, hasBias: u32, activation: u32, hasResidual: u32, stream: u32, rate: f32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<vec2u>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read> residual: array<vec4f>;
@group(0) @binding(4) var<storage, read> seed: array<u32>;
@group(0) @binding(5) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(8, LANE_ROWS)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let firstRow = id.y * TILE_ROWS;
  let firstCol = id.x * TILE_COLS;
  if (firstRow >= params.rows || firstCol >= params.cols) { return; }
  let steps = params.inner / 4u;

  var sum: array<array<vec4f, TILE_COLS / 4u>, TILE_ROWS>;
  var weight: array<vec4f, TILE_COLS>;
  for (var k = 0u; k < steps; k++) {
    for (var n = 0u; n < TILE_COLS; n++) { // unroll
      weight[n] = wide(w[min(firstCol + n, params.cols - 1u) * steps + k]);
    }
    for (var m = 0u; m < TILE_ROWS; m++) { // unroll
      let row = nearestHalf(x[min(firstRow + m, params.rows - 1u) * steps + k]);
      for (var c = 0u; c < TILE_COLS / 4u; c++) { // unroll
        sum[m][c] += vec4f(dot(row, weight[4u * c]), dot(row, weight[4u * c + 1u]), dot(row, weight[4u * c + 2u]), dot(row, weight[4u * c + 3u]));
      }
    }
  }

  var sums = sum; // a copy to walk through: written out, finished() would be compiled for each
  for (var m = 0u; m < min(TILE_ROWS, params.rows - firstRow); m++) {
    for (var col = firstCol / 4u; col < min((firstCol + TILE_COLS) / 4u, params.cols / 4u); col++) {
      let at = (firstRow + m) * (params.cols / 4u) + col;
      y[at] = finished(sums[m][col - firstCol / 4u], col, at);
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

// The nearest half, ties to the even one; from 65520 on infinity, and what is not a number stays none. Whole numbers do it, since
// drivers take pack2x16float and quantizeToF16 each their own way. Below 2^-14, where a half has fewer digits, 11 are kept.
fn nearestHalf(v: vec4f) -> vec4f {
  let bits = bitcast<vec4u>(v);
  let near = (bits + vec4u(0xfffu) + ((bits >> vec4u(13u)) & vec4u(1u))) & vec4u(0xffffe000u);
  let size = bits & vec4u(0x7fffffffu);
  let far = (bits & vec4u(0x80000000u)) | max(size, vec4u(0x7f800000u));
  return bitcast<vec4f>(select(near, far, size >= vec4u(0x477ff000u)));
}
