// lora_up_grad: the gradient of the loss at the few numbers between the two factors of low-rank adapters, before the scale.
//
//   dh[m,p,j] = scale * sum_n dy[m,p,n] * b[p,n,j]
//
// dy : [rows, parts * width] f32      b : [parts * width, rank] f32      dh : [rows, parts * rank] f32; width and rank are multiples of 4
// One lane owns four numbers of ROWS neighbouring rows and walks the width of its part: as many vectors of dy as of b are loaded for 16
// products. Rows past the last read the last and are not stored. Each number is one chain of sums in order.

const WG = 8u;
const ROWS = 4u;

struct Params { rows: u32, width: u32, rank: u32, parts: u32, scale: f32 }

@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dh: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let quads = params.rank / 4u;
  let all = params.parts * quads;
  let firstRow = i / all * ROWS;
  if (firstRow >= params.rows) { return; }
  let part = i % all / quads;
  let quad = i % quads;
  let steps = params.width / 4u;

  var sum: array<vec4f, ROWS>;
  for (var k = 0u; k < steps; k++) {
    let at = 4u * (part * steps + k) * quads + quad;
    let weights = mat4x4f(b[at], b[at + quads], b[at + 2u * quads], b[at + 3u * quads]);
    for (var m = 0u; m < ROWS; m++) { // unroll
      sum[m] += weights * dy[(min(firstRow + m, params.rows - 1u) * params.parts + part) * steps + k];
    }
  }
  for (var m = 0u; m < min(ROWS, params.rows - firstRow); m++) {
    dh[(firstRow + m) * all + part * quads + quad] = params.scale * sum[m];
  }
}
