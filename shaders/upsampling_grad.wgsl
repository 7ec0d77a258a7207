// upsampling_grad: the gradient of upsampling at the tokens' features.
//
//   dx[b,u,c] = Σ over the frames r of clip b of weight[r,u] · Σ near(k, u) · dy[r,k,c]        (+ what was there, if accumulate is 1)
//   0 at padding; near as in upsampling
//
// frames  : [batch · length, stride] f32, of which the progress counter in `column` is read
// spans   : [batch, tokens, 2] f32
// lengths : [batch] u32, each at most `tokens`; more counts as `tokens`
// weight  : [batch · length, tokens] f32
// dy      : [batch · length, 16, width] f32, width a multiple of 4, read as vec4
// dx      : [batch, tokens, width] f32, read as vec4
// One lane owns four columns of one token and takes the frames in order; of the 16 places two are near.

// use: token_phase

const WG = 64u;

struct Params { batch: u32, length: u32, tokens: u32, width: u32, stride: u32, column: u32, unit: f32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> frames: array<f32>;
@group(0) @binding(1) var<storage, read> spans: array<vec2f>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read> weight: array<f32>;
@group(0) @binding(4) var<storage, read> dy: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  if (i >= params.batch * params.tokens * columns) {
    return;
  }
  let token = i / columns;
  let b = token / params.tokens;
  let u = token % params.tokens;
  var grad = vec4f(0.0);
  if (u < lengths[b]) {
    for (var row = b * params.length; row < (b + 1u) * params.length; row++) {
      let place = placeOf(phaseOf(params.unit * frames[row * params.stride + params.column], spans[token]));
      let below = min(u32(place), PLACES - 2u);
      let share = place - f32(below);
      let at = (row * PLACES + below) * columns + i % columns;
      grad += weight[row * params.tokens + u] * ((1.0 - share) * dy[at] + share * dy[at + columns]);
    }
  }
  if (params.accumulate == 1u) { grad += dx[i]; }
  dx[i] = grad;
}
