// attention_delta: what the gradients must know of every query and head: its log-sum-exp, and what the softmax takes off its weights' gradients.
//
//   delta[b,h,i] = Σ_c dy[b,i,c]·y[b,i,c]   over the columns of head h
//
// y, dy     : [B, T, D] f32, D = heads·headWidth, read as vec4, headWidth a multiple of 4
// logSumExp : [B, H, T] f32, from attention
// rowStats     : [B, H, T] of (logSumExp, delta): one buffer, for the gradients bind eight and WebGPU promises no more
// One lane owns one line: a chain of headWidth / 4 sums, in order. It saves the gradients a pass over all keys:
// Σ_j weight[j]·(dy·v[j]) is the same number.

const WG = 64u;

struct Params { batch: u32, queries: u32, heads: u32, headWidth: u32 }

@group(0) @binding(0) var<storage, read> y: array<vec4f>;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read> logSumExp: array<f32>;
@group(0) @binding(3) var<storage, read_write> rowStats: array<vec2f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  if (i < params.batch * params.heads * params.queries) {
    let bh = i / params.queries;
    let row = bh / params.heads * params.queries + i % params.queries;
    let cols = params.headWidth / 4u;
    let first = (row * params.heads + bh % params.heads) * cols;
    var sum = 0.0;
    for (var c = first; c < first + cols; c++) {
      sum += dot(y[c], dy[c]);
    }
    rowStats[i] = vec2f(logSumExp[i], sum);
  }
}
