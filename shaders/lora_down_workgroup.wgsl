// lora_down_workgroup: lora_down for GPUs, where the few lanes that its numbers are would each walk a width alone.
//
//   h[m,p,j] = scale * sum_k drop_p(x)[m,k] * a[p,j,k]
//
// The buffers are lora_down's. One workgroup owns four numbers of ROWS neighbouring rows; its lanes take the vectors of the width in turn, so that
// neighbours read neighbours. After one barrier a lane for each row adds the lanes' sums up in order: every number has one fixed order. Rows past
// the last read the last and are not stored.

// use: dropped

const WG = 64u;
const ROWS = 2u; // tune: 1 2 4

struct Params { rows: u32, width: u32, rank: u32, parts: u32, scale: f32, stream: u32, rate: f32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(2) var<storage, read> seed: array<u32>;
@group(0) @binding(3) var<storage, read_write> h: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

var<workgroup> sums: array<vec4f, WG * ROWS>;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = group.y * groups.x + group.x;
  let quads = params.parts * params.rank / 4u;
  let firstRow = i / quads * ROWS;
  let quad = i % quads;
  let stream = params.stream + 4u * quad / params.rank;
  let steps = params.width / 4u;

  var sum: array<vec4f, ROWS>;
  for (var k = lane; k < steps; k += WG) {
    let at = 4u * quad * steps + k;
    let weights = mat4x4f(a[at], a[at + steps], a[at + 2u * steps], a[at + 3u * steps]);
    for (var m = 0u; m < ROWS; m++) { // unroll
      let source = min(firstRow + m, params.rows - 1u) * steps + k;
      var left = x[source];
      if (params.rate > 0.0) { left = dropped(left, source, stream); }
      sum[m] += left * weights;
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
    h[row * quads + quad] = params.scale * total;
  }
}
