// sgd: one step of gradient descent with momentum on a stretch of weights.
//
//   g       = scale · gradient + decay · weight        decay = weightDecay for the first `decayed` weights, 0 for the others
//   first   = momentum · first + g
//   weight -= rate · (g + momentum · first), or with nesterov 0 rate · first
//
// gradient      : [n] f32, n and decayed multiples of 4, read as vec4
// clip          : [2] f32, (norm, scale) from clip_scale
// hyper         : [8] f32, of which the first two are read: (rate, momentum)
// weight, first : [n] f32, updated in place
// One lane owns EACH fours of neighbours, WG fours apart.
//
// scale 0 says that the gradient's norm was infinite or NaN: nothing changes, not even the momentum.

const WG = 256u; // tune: 8 256
const EACH = 1u; // tune: 1 4 16 128, vectors of four a lane takes in turn

struct Params { n: u32, decayed: u32, weightDecay: f32, nesterov: u32 }

@group(0) @binding(0) var<storage, read> gradient: array<vec4f>;
@group(0) @binding(1) var<storage, read> clip: array<f32>;
@group(0) @binding(2) var<storage, read> hyper: array<f32>;
@group(0) @binding(3) var<storage, read_write> weight: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> first: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let scale = clip[1];
  let rate = hyper[0];
  let momentum = hyper[1];
  let begin = (group.y * groups.x + group.x) * WG * EACH + lane;
  let end = select(min(begin + WG * EACH, params.n / 4u), begin, scale == 0.0);
  for (var i = begin; i < end; i += WG) {
    let w = weight[i];
    let g = scale * gradient[i] + select(0.0, params.weightDecay, i < params.decayed / 4u) * w;
    let m = momentum * first[i] + g;
    first[i] = m;
    weight[i] = w - rate * select(m, g + momentum * m, params.nesterov == 1u);
  }
}
