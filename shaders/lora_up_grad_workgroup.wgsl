// lora_up_grad_workgroup: lora_up_grad for GPUs, where the few lanes that its numbers are would each walk a width alone.
//
//   dh[m,p,j] = scale * sum_n dy[m,p,n] * b[p,n,j]
//
// The buffers are lora_up_grad's. One workgroup owns four numbers of ROWS neighbouring rows; its lanes take the vectors of their part's width in
// turn, so that neighbours read neighbours. After one barrier a lane for each row adds the lanes' sums up in order: every number has one fixed
// order. Rows past the last read the last and are not stored.

const WG = 64u;
const ROWS = 2u; // tune: 1 2 4

struct Params { rows: u32, width: u32, rank: u32, parts: u32, scale: f32 }

@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dh: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

var<workgroup> sums: array<vec4f, WG * ROWS>;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = group.y * groups.x + group.x;
  let quads = params.rank / 4u;
  let all = params.parts * quads;
  let firstRow = i / all * ROWS;
  let part = i % all / quads;
  let quad = i % quads;
  let steps = params.width / 4u;

  var sum: array<vec4f, ROWS>;
  for (var k = lane; k < steps; k += WG) {
    let at = 4u * (part * steps + k) * quads + quad;
    let weights = mat4x4f(b[at], b[at + quads], b[at + 2u * quads], b[at + 3u * quads]);
    for (var m = 0u; m < ROWS; m++) { // unroll
      sum[m] += weights * dy[(min(firstRow + m, params.rows - 1u) * params.parts + part) * steps + k];
    }
  }
  for (var m = 0u; m < ROWS; m++) { // unroll
    sums[m * WG + lane] = sum[m];
  }
  workgroupBarrier();

  let row = firstRow + lane;
  if (lane < ROWS && row < params.rows) {
    var total = vec4f(0.0);
    for (var n = 0u; n < WG; n++) {
      total += sums[lane * WG + n];
    }
    dh[row * all + part * quads + quad] = params.scale * total;
  }
}
