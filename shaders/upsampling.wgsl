// upsampling: what each frame is told by the tokens it belongs to: their features, and how far along them it is.
//
//   y[r,c]         = Σ weight[r,u] · x[b,u,c]                               c < width
//   y[r,width + k] = Σ weight[r,u] · max(0, 1 - |place[u] - k|)             k < 16, place[u] = 15 · phase[u] clamped to 0 … 1
//   sums over u < lengths[b]; phase as in upsampling_weights
//
// x       : [batch, tokens, width] f32, width a multiple of 4, read as vec4
// frames  : [batch · length, stride] f32, of which the progress counter in `column` is read
// spans   : [batch, tokens, 2] f32
// lengths : [batch] u32, each at most `tokens`; more counts as `tokens`
// weight  : [batch · length, tokens] f32
// y       : [batch · length, width + 16] f32, read as vec4
// One lane owns four neighbours of y. A linear map of the last 16 columns is a learned curve over the span, straight between its 16 points.

// use: token_phase

const WG = 64u;

struct Params { batch: u32, length: u32, tokens: u32, width: u32, stride: u32, column: u32, unit: f32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> frames: array<f32>;
@group(0) @binding(2) var<storage, read> spans: array<vec2f>;
@group(0) @binding(3) var<storage, read> lengths: array<u32>;
@group(0) @binding(4) var<storage, read> weight: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let features = params.width / 4u;
  let columns = features + PLACES / 4u;
  let row = i / columns;
  let c = i % columns;
  if (row >= params.batch * params.length) {
    return;
  }
  let b = row / params.length;
  let token = b * params.tokens;
  let count = min(lengths[b], params.tokens);
  var sum = vec4f(0.0);
  if (c < features) {
    for (var u = 0u; u < count; u++) { sum += weight[row * params.tokens + u] * x[(token + u) * features + c]; }
  } else {
    let moment = params.unit * frames[row * params.stride + params.column];
    let places = f32(4u * (c - features)) + vec4f(0.0, 1.0, 2.0, 3.0);
    for (var u = 0u; u < count; u++) {
      let place = placeOf(phaseOf(moment, spans[token + u]));
      sum += weight[row * params.tokens + u] * max(vec4f(0.0), 1.0 - abs(place - places));
    }
  }
  y[i] = sum;
}
