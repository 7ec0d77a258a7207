// linear_half_tiled: linear_half for GPUs without matrix units for halves, in tiles as linear_tiled.
//
//   y[m,n] = sum_k half(x[m,k]) * w[n,k]  +  b[n]        (the bias when hasBias is 1)
//
// x : [rows, inner] f32      w : [cols, inner] f16, two to a u32      b : [cols] f32      y : [rows, cols] f32
// inner and cols multiples of 4
// Lanes, tiles and edges as in linear_tiled. Both tiles hold f32: a half is widened once a workgroup instead of once a lane.

const SIDE = 64u;
const STEPS = 4u; // vectors of 4 inner numbers a round

struct Params { rows: u32, inner: u32, cols: u32, hasBias: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<vec2u>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

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
      xTile[k * SIDE + lane] = select(vec4f(0.0), nearestHalf(x[row + min(first + k, steps - 1u)]), real);
      wTile[k * SIDE + lane] = select(vec4f(0.0), wide(w[col + min(first + k, steps - 1u)]), real);
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

  for (var c = 0u; c < 2u; c++) { // unroll
    let to = firstCol / 4u + id.x + 8u * c;
    if (to < width) {
      var bias = vec4f(0.0);
      if (params.hasBias == 1u) { bias = b[to]; }
      for (var m = 0u; m < 8u; m++) { // unroll
        let at = firstRow + id.y + 8u * m;
        if (at < params.rows) { y[at * width + to] = sum[m][c] + bias; }
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
