// upsampling_weights: which tokens each frame belongs to, by the time it is in the clip (Gaussian upsampling, Shen et al. 2020).
//
//   m            = unit · frames[r, column]                                 the frame's moment, 0 at the clip's begin, 1 at its end
//   phase[u]     = (m - begin[u]) / share[u]                                (begin, share) = spans[b,u]
//   weight[r,u]  = softmax over u < lengths[b] of -4.5·(phase[u] - ½)²      0 at padding
//
// frames  : [batch · length, stride] f32, of which the progress counter is read
// spans   : [batch, tokens, 2] f32
// lengths : [batch] u32, each at most `tokens`; more counts as `tokens`
// weight  : [batch · length, tokens] f32
// One lane owns one frame. Frames of padding are frames as any other: their counter is finite, and no gradient comes back to them.
// A sentence of no tokens has weights 0.

// use: token_phase

const WG = 64u;

struct Params { batch: u32, length: u32, tokens: u32, stride: u32, column: u32, unit: f32 }

@group(0) @binding(0) var<storage, read> frames: array<f32>;
@group(0) @binding(1) var<storage, read> spans: array<vec2f>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read_write> weight: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (group.y * groups.x + group.x) * WG + lane;
  if (row >= params.batch * params.length) {
    return;
  }
  let b = row / params.length;
  let token = b * params.tokens;
  let count = min(lengths[b], params.tokens);
  let moment = params.unit * frames[row * params.stride + params.column];
  var top = -3.4e38;
  for (var u = 0u; u < count; u++) { top = max(top, scoreOf(phaseOf(moment, spans[token + u]))); }
  var sum = 0.0;
  for (var u = 0u; u < count; u++) { sum += exp(scoreOf(phaseOf(moment, spans[token + u])) - top); }
  for (var u = 0u; u < params.tokens; u++) {
    var share = 0.0;
    if (u < count) { share = exp(scoreOf(phaseOf(moment, spans[token + u])) - top) / sum; }
    weight[row * params.tokens + u] = share;
  }
}
