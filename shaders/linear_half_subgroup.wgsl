// linear_half_subgroup: linear_half for adapters whose lanes can pass numbers to each other, and for whom loads are dear: software drivers.
//
//   y[m,n] = sum_k half(x[m,k]) * w[n,k]  +  b[n]        (the bias when hasBias is 1)
//
// x : [rows, inner] f32      w : [cols, inner] f16, two to a u32      b : [cols] f32      y : [rows, cols] f32
// inner and cols multiples of 4
// Tiles, loads and edges as in linear_subgroup: at 16 by 4 on 8 lanes four inner numbers cost a lane 4 loads of two words of weights
// and 2 of four numbers of x, where linear_subgroup loads 6 of four. An x is rounded once, by the lane that loads it, before it is
// passed around.

enable subgroups;

const LANES = 8u; // tune: 4 8, the adapter's subgroup size
const TILE_ROWS = 16u; // tune: 8 16 32
const COL_QUADS = 1u; // tune: 1 2

struct Params { rows: u32, inner: u32, cols: u32, hasBias: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<vec2u>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

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
      var bias = vec4f(0.0);
      if (params.hasBias == 1u) { bias = b[to]; }
      for (var m = 0u; m < min(TILE_ROWS, params.rows - firstRow); m++) {
        y[(firstRow + m) * width + to] = sum[m][c] + bias;
      }
    }
  }
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
