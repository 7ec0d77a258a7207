// token_spans_total_grad: the gradient at x of what token_spans says of logFrames.
//
//   dx[b,u,0] = dlogFrames[b,0] · spans[b,u].y for u < lengths[b]              (+ what was there, if accumulate is 1)
//   the other columns and padding: 0
//
// dlogFrames : [batch, 4] f32, of which column 0 counts
// spans      : [batch, tokens, 2] f32
// lengths    : [batch] u32, each at most `tokens`; more counts as `tokens`
// dx         : [batch, tokens, stride] f32
// One lane owns one number of dx.

const WG = 64u;

struct Params { batch: u32, tokens: u32, stride: u32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> dlogFrames: array<vec4f>;
@group(0) @binding(1) var<storage, read> spans: array<vec2f>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  if (i >= params.batch * params.tokens * params.stride) {
    return;
  }
  let token = i / params.stride;
  let b = token / params.tokens;
  var grad = 0.0;
  if (i % params.stride == 0u && token % params.tokens < lengths[b]) { grad = dlogFrames[b].x * spans[token].y; }
  if (params.accumulate == 1u) { grad += dx[i]; }
  dx[i] = grad;
}
