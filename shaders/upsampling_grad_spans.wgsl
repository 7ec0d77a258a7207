// upsampling_grad_spans: the gradient of upsampling at every token's span, from that at its phase in every frame.
//
//   dspans[b,u] = Σ over the frames r of clip b of -dphase[r,u] / share[u] · (1, phase[u])           (0, 0) at padding
//
// frames  : [batch · length, stride] f32, of which the progress counter in `column` is read
// spans   : [batch, tokens, 2] f32, (begin, share)
// lengths : [batch] u32, each at most `tokens`; more counts as `tokens`
// dphase  : [batch · length, tokens] f32
// dspans  : [batch, tokens, 2] f32
// One lane owns one token and takes the frames in order.

// use: token_phase

const WG = 64u;

struct Params { batch: u32, length: u32, tokens: u32, stride: u32, column: u32, unit: f32 }

@group(0) @binding(0) var<storage, read> frames: array<f32>;
@group(0) @binding(1) var<storage, read> spans: array<vec2f>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read> dphase: array<f32>;
@group(0) @binding(4) var<storage, read_write> dspans: array<vec2f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  if (i >= params.batch * params.tokens) {
    return;
  }
  let b = i / params.tokens;
  let u = i % params.tokens;
  var sum = vec2f(0.0);
  if (u < lengths[b]) {
    for (var row = b * params.length; row < (b + 1u) * params.length; row++) {
      let phase = phaseOf(params.unit * frames[row * params.stride + params.column], spans[i]);
      sum -= dphase[row * params.tokens + u] * vec2f(1.0, phase);
    }
    sum /= max(spans[i].y, 1e-6);
  }
  dspans[i] = sum;
}
