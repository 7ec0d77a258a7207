// adamw: one step of Adam, or of AdamW, on a stretch of weights.
//
//   decay   = weightDecay for the first `decayed` weights, 0 for the others
//   g       = scale · gradient                         (+ decay · weight, unless decoupled)
//   first   = beta1 · first  + (1 - beta1) · g
//   second  = beta2 · second + (1 - beta2) · g²
//   weight -= rate / correction1 · first / (sqrt(second) / sqrt(correction2) + epsilon)     (+ rate · decay · weight, if decoupled)
//
// gradient              : [n] f32, n and decayed multiples of 4, read as vec4
// clip                  : [2] f32, (norm, scale) from clip_scale
// hyper                 : [8] f32, (rate, beta1, beta2, epsilon, correction1 = 1 - beta1^step, correction2 = 1 - beta2^step, 0, 0)
// weight, first, second : [n] f32, updated in place
// One lane owns EACH fours of neighbours, WG fours apart.
//
// scale 0 says that the gradient's norm was infinite or NaN: nothing changes, not even the moments, which would carry the NaN into
// every later step. epsilon > 0 keeps a weight that never had a gradient at 0 / epsilon. The decay joins the step before the one
// subtraction: the factor 1 - rate·decay has a rounding of its own, 0.3 % of a decay of 1e-5, and the same for every weight.
// 1 - beta is exact for beta >= 1/2, but is that of the rounded beta: with corrections from the rounded betas the bias cancels exactly.

const WG = 256u; // tune: 8 256
const EACH = 1u; // tune: 1 4 16 128, vectors of four a lane takes in turn

struct Params { n: u32, decayed: u32, weightDecay: f32, decoupled: u32 }

@group(0) @binding(0) var<storage, read> gradient: array<vec4f>;
@group(0) @binding(1) var<storage, read> clip: array<f32>;
@group(0) @binding(2) var<storage, read> hyper: array<f32>;
@group(0) @binding(3) var<storage, read_write> weight: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> first: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> second: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let scale = clip[1];
  let rate = hyper[0];
  let beta1 = hyper[1];
  let beta2 = hyper[2];
  let epsilon = hyper[3];
  let correction1 = hyper[4];
  let correction2 = hyper[5];

  let begin = (group.y * groups.x + group.x) * WG * EACH + lane;
  let end = select(min(begin + WG * EACH, params.n / 4u), begin, scale == 0.0);
  for (var i = begin; i < end; i += WG) {
    let w = weight[i];
    let decay = select(0.0, params.weightDecay, i < params.decayed / 4u) * w;
    let g = scale * gradient[i] + select(decay, vec4f(0.0), params.decoupled == 1u);
    let shrink = select(vec4f(0.0), rate * decay, params.decoupled == 1u);
    let m = beta1 * first[i] + (1.0 - beta1) * g;
    let v = beta2 * second[i] + (1.0 - beta2) * g * g;
    first[i] = m;
    second[i] = v;
    weight[i] = w - (rate / correction1 * m / (sqrt(v) / sqrt(correction2) + epsilon) + shrink);
  }
}
