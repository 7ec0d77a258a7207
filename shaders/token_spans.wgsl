// token_spans: how the tokens of a sentence share the time of its clip, and how many frames that is in all.
//
//   frames[u]      = exp(x[b,u,0])                             a token's duration, u < lengths[b]
//   logFrames[b,0] = log Σ frames                              columns 1 to 3 are 0
//   spans[b,u]     = (Σ share[j] over j < u, share[u])         share[u] = frames[u] / Σ frames; (1, 0) at padding
//
// x         : [batch, tokens, stride] f32
// lengths   : [batch] u32, each at most `tokens`; more counts as `tokens`
// spans     : [batch, tokens, 2] f32, the token's begin and its duration, the whole clip being 1
// logFrames : [batch, 4] f32; -inf for a sentence of no tokens
// One lane owns one sentence, for begins are a running sum. The largest x is taken out before any exp, so that nothing overflows.

const WG = 64u;

struct Params { batch: u32, tokens: u32, stride: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read_write> spans: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> logFrames: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let b = (group.y * groups.x + group.x) * WG + lane;
  if (b >= params.batch) {
    return;
  }
  let row = b * params.tokens;
  let count = min(lengths[b], params.tokens);
  var top = -3.4e38;
  for (var u = 0u; u < count; u++) { top = max(top, x[(row + u) * params.stride]); }
  var sum = 0.0;
  for (var u = 0u; u < count; u++) { sum += exp(x[(row + u) * params.stride] - top); }
  var begin = 0.0;
  for (var u = 0u; u < params.tokens; u++) {
    var span = vec2f(1.0, 0.0);
    if (u < count) {
      span = vec2f(begin, exp(x[(row + u) * params.stride] - top) / sum);
      begin += span.y;
    }
    spans[row + u] = span;
  }
  logFrames[b] = vec4f(top + log(sum), 0.0, 0.0, 0.0);
}
