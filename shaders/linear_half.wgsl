// linear_half: linear with operands rounded to halves, the weights from a working copy that holds them so; sums stay f32.
//
//   y[m,n] = sum_k half(x[m,k]) * w[n,k]  +  b[n]        (the bias when hasBias is 1)
//
// x : [rows, inner] f32      w : [cols, inner] f16, two to a u32, what to_half makes      b : [cols] f32
// y : [rows, cols] f32       inner and cols are multiples of 4; rows may be anything
// Lanes, tiles and edges as in shaders/linear.wgsl: core WGSL, for adapters that know no halves. The copy is half the bytes to load.
// The product of two halves is exact in f32, so only the sums round, as in linear; what rounding the operands costs, up to 2^-11 of
// each, is the meaning of the kernel. An x from 65520 on is infinite here, and makes the sums it enters infinite or no number.

const TILE_ROWS = 8u;
const TILE_COLS = 8u;
const LANE_ROWS = 8u; // tune: 1 8

struct Params { rows: u32, inner: u32, cols: u32, hasBias: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<vec2u>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

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

  for (var c = 0u; c < TILE_COLS / 4u; c++) { // unroll
    let col = firstCol / 4u + c;
    if (4u * col < params.cols) {
      var bias = vec4f(0.0);
      if (params.hasBias == 1u) { bias = b[col]; }
      for (var m = 0u; m < TILE_ROWS; m++) { // unroll
        if (firstRow + m < params.rows) { y[(firstRow + m) * (params.cols / 4u) + col] = sum[m][c] + bias; }
      }
    }
  }
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
