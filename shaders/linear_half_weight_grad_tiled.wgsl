// linear_half_weight_grad_tiled: linear_half_weight_grad for GPUs without matrix units for halves, in tiles as linear_weight_grad_tiled.
//
//   dw[n,k] += sum_m half(dy[m,n]) * half(x[m,k])        db[n] += sum_m dy[m,n]        (db when hasBias is 1)
//
// x : [rows, inner] f32      dy : [rows, cols] f32      dw : [cols, inner] f32      db : [cols] f32; inner and cols multiples of 4
// Lanes, tiles, edges and the order of sums as in linear_weight_grad_tiled. The tile of x is rounded as it is made; that of the slopes
// serves the bias too, so that a slope is rounded by the lane that takes it.

const SIDE = 64u;
const ROUND = 16u; // rows of the batch

struct Params { rows: u32, inner: u32, cols: u32, hasBias: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dw: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> db: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

// [ROUND][SIDE / 4]
var<workgroup> inputs: array<vec4f, 256>;
var<workgroup> slopes: array<vec4f, 256>;

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let height = params.cols / 4u;
  let width = params.inner / 4u;
  let top = group.y * SIDE / 4u;
  let left = group.x * SIDE / 4u;
  let inputAt = min(left + lane % 16u, width - 1u);
  let slopeAt = min(top + lane % 16u, height - 1u);

  var sum: array<array<array<vec4f, 2>, 4>, 2>; // [half of the rows][row][half of the columns]
  var bias: array<vec4f, 2>;
  for (var first = 0u; first < params.rows; first += ROUND) {
    for (var r = 0u; r < 4u; r++) { // unroll
      let row = first + 4u * r + lane / 16u;
      let at = min(row, params.rows - 1u);
      inputs[r * SIDE + lane] = select(vec4f(0.0), nearestHalf(x[at * width + inputAt]), row < params.rows);
      slopes[r * SIDE + lane] = select(vec4f(0.0), dy[at * height + slopeAt], row < params.rows);
    }
    workgroupBarrier();
    for (var m = 0u; m < ROUND; m++) {
      let input0 = inputs[16u * m + id.x];
      let input1 = inputs[16u * m + id.x + 8u];
      for (var h = 0u; h < 2u; h++) { // unroll
        let slope = slopes[16u * m + id.y + 8u * h];
        let rounded = nearestHalf(slope);
        for (var n = 0u; n < 4u; n++) { // unroll
          sum[h][n][0] += rounded[n] * input0;
          sum[h][n][1] += rounded[n] * input1;
        }
        bias[h] += slope;
      }
    }
    workgroupBarrier();
  }

  for (var h = 0u; h < 2u; h++) { // unroll
    let quad = top + id.y + 8u * h;
    if (quad < height) {
      for (var n = 0u; n < 4u; n++) { // unroll
        for (var c = 0u; c < 2u; c++) { // unroll
          let col = left + id.x + 8u * c;
          if (col < width) { dw[(4u * quad + n) * width + col] += sum[h][n][c]; }
        }
      }
      if (params.hasBias == 1u && group.x == 0u && id.x == 0u) { db[quad] += bias[h]; }
    }
  }
}

// As in linear_half.
fn nearestHalf(v: vec4f) -> vec4f {
  let bits = bitcast<vec4u>(v);
  let near = (bits + vec4u(0xfffu) + ((bits >> vec4u(13u)) & vec4u(1u))) & vec4u(0xffffe000u);
  let size = bits & vec4u(0x7fffffffu);
  let far = (bits & vec4u(0x80000000u)) | max(size, vec4u(0x7f800000u));
  return bitcast<vec4f>(select(near, far, size >= vec4u(0x477ff000u)));
}
