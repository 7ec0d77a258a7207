// linear_half_subgroup: linear_half for adapters whose lanes can pass numbers to each other, and for whom loads are dear: software drivers.
//
//   y[m,n] = residual[m,n] + drop(bend(sum_k half(x[m,k]) * w[n,k] + b[n]))
//   bend   = max(·, 0) with activation 1, nothing with 0; drop as in dropout.wgsl, nothing at rate 0; b and residual where they are had
//
// x : [rows, inner] f32      w : [cols, inner] f16, two to a u32, what to_half makes      b : [cols] f32
// residual, y : [rows, cols] f32      seed : [4] u32, stream : as in dropout.wgsl      inner and cols are multiples of 4
// Tiles, loads and edges as in linear_subgroup: at 16 by 4 on 8 lanes four inner numbers cost a lane 4 loads of two words of weights
// and 2 of four numbers of x, where linear_subgroup loads 6 of four. An x is rounded once, by the lane that loads it, before it is
// passed around.

enable subgroups;

const LANES = 8u; // tune: 4 8, the adapter's subgroup size
const TILE_ROWS = 16u; // tune: 16 32
const COL_QUADS = 1u; // tune: 1 2

struct Params { rows: u32, inner: u32, cols: u32, hasBias: u32, activation: u32, hasResidual: u32, stream: u32, rate: f32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<vec2u>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read> residual: array<vec4f>;
@group(0) @binding(4) var<storage, read> seed: array<u32>;
@group(0) @binding(5) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let firstRow = group.y * TILE_ROWS;
  let steps = params.inner / 4u;
  let width = params.cols / 4u;
  let col = group.x * LANES * COL_QUADS + lane; // in vectors of 4; the lane's next is LANES further

  var sum: array<array<vec4f, COL_QUADS>, TILE_ROWS>;
  for (var k = 0u; k < steps; k++) {
    var held = array<vec4f, TILE_ROWS / LANES>();
    for (var h = 0u; h < TILE_ROWS / LANES; h++) { // unroll
      held[h] = nearestHalf(x[min(firstRow + h * LANES + lane, params.rows - 1u) * steps + k]);
    }
    var weight = array<mat4x4f, COL_QUADS>();
    for (var c = 0u; c < COL_QUADS; c++) { // unroll
      let at = 4u * min(col + c * LANES, width - 1u) * steps + k;
      weight[c] = mat4x4f(wide(w[at]), wide(w[at + steps]), wide(w[at + 2u * steps]), wide(w[at + 3u * steps]));
    }
    for (var h = 0u; h < TILE_ROWS / LANES; h++) { // unroll
      for (var m = 0u; m < LANES; m++) { // unroll
        let row = subgroupShuffle(held[h], m);
        for (var c = 0u; c < COL_QUADS; c++) { // unroll
          sum[h * LANES + m][c] += row * weight[c]; // four dot products
        }
      }
    }
  }

  for (var c = 0u; c < COL_QUADS; c++) { // unroll
    let to = col + c * LANES;
    if (to < width) {
      for (var m = 0u; m < min(TILE_ROWS, params.rows - firstRow); m++) {
        let at = (firstRow + m) * width + to;
        y[at] = finished(sum[m][c], to, at);
      }
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
