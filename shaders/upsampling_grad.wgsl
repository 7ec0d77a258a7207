// upsampling_grad: the gradient of upsampling at the tokens' features.
//
//   dx[b,u,c] = Σ over the frames r of clip b of weight[r,u] · dy[r,c]                   (+ what was there, if accumulate is 1)
//
// weight : [batch · length, tokens] f32, 0 at padding
// dy     : [batch · length, width + 16] f32, read as vec4; its last 16 columns are no features
// dx     : [batch, tokens, width] f32, width a multiple of 4, read as vec4
// One lane owns four columns of one token and takes the frames in order.

// use: token_phase

const WG = 64u;

struct Params { batch: u32, length: u32, tokens: u32, width: u32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> weight: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let features = params.width / 4u;
  if (i >= params.batch * params.tokens * features) {
    return;
  }
  let token = i / features;
  let b = token / params.tokens;
  let u = token % params.tokens;
  var grad = vec4f(0.0);
  for (var row = b * params.length; row < (b + 1u) * params.length; row++) {
    grad += weight[row * params.tokens + u] * dy[row * (features + PLACES / 4u) + i % features];
  }
  if (params.accumulate == 1u) { grad += dx[i]; }
  dx[i] = grad;
}
