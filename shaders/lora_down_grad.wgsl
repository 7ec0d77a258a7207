// lora_down_grad: the gradient of the loss at what low-rank adapters (lora_down) read.
//
//   dx[m,k] = sum_p drop_p( sum_j dh[m,p,j] * a[p,j,k] )        (+ what dx holds, when accumulate is 1)
//
// dh : [rows, parts * rank] f32, the scale in it      a : [parts * rank, width] f32      dx : [rows, width] f32
// drop_p : drops and enlarges what lora_down does
// One lane owns four columns of ROWS neighbouring rows: a vector of a serves all of them. Rows past the last read the last and are not stored.

// use: dropped

const WG = 64u;
const ROWS = 4u;

struct Params { rows: u32, width: u32, rank: u32, parts: u32, stream: u32, rate: f32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> dh: array<vec4f>;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(2) var<storage, read> seed: array<u32>;
@group(0) @binding(3) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  let firstRow = i / columns * ROWS;
  if (firstRow >= params.rows) { return; }
  let c = i % columns;
  let quads = params.rank / 4u;

  var total: array<vec4f, ROWS>;
  for (var part = 0u; part < params.parts; part++) {
    var sum = array<vec4f, ROWS>();
    for (var quad = part * quads; quad < (part + 1u) * quads; quad++) {
      let at = 4u * quad * columns + c;
      let weights = mat4x4f(a[at], a[at + columns], a[at + 2u * columns], a[at + 3u * columns]);
      for (var m = 0u; m < ROWS; m++) { // unroll
        sum[m] += weights * dh[min(firstRow + m, params.rows - 1u) * params.parts * quads + quad];
      }
    }
    for (var m = 0u; m < ROWS; m++) { // unroll
      if (params.rate > 0.0) { sum[m] = dropped(sum[m], (firstRow + m) * columns + c, params.stream + part); }
      total[m] += sum[m];
    }
  }
  for (var m = 0u; m < min(ROWS, params.rows - firstRow); m++) {
    let to = (firstRow + m) * columns + c;
    var out = total[m];
    if (params.accumulate == 1u) { out += dx[to]; }
    dx[to] = out;
  }
}
