// ctc_grad: what of the gradient of ctc at the logits the labels have no part in; ctc_grad_labels takes the rest from it.
//
//   dlogits[b,t,v] = coefficient[b] · e^(logits[b,t,v] - top[b,t])
//   and exactly 0 in columns from `classes` on, in frames past a length, in samples without an alignment, and where the coefficient is 0
//
// logits, dlogits : [batch, frames, stride] f32, stride a multiple of 4, read as vec4
// top             : [batch, frames] f32 from ctc_log_sum
// lengths         : [batch] u32
// report          : [batch, 2] f32 from ctc
// coefficient     : [batch] f32, what makes the mean of the samples' losses, e.g. 1 / (batch · labels)
// One lane owns four neighbouring columns of one frame. What is padding may hold anything: it is chosen away, not multiplied by 0.

const WG = 256u;

struct Params { batch: u32, frames: u32, labelRoom: u32, classes: u32, stride: u32, blank: u32 }

@group(0) @binding(0) var<storage, read> logits: array<vec4f>;
@group(0) @binding(1) var<storage, read> top: array<f32>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read> report: array<vec2f>;
@group(0) @binding(4) var<storage, read> coefficient: array<f32>;
@group(0) @binding(5) var<storage, read_write> dlogits: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let wide = params.stride / 4u;
  if (i >= params.batch * params.frames * wide) {
    return;
  }
  let frame = i / wide;
  let b = frame / params.frames;
  let factor = coefficient[b];
  var grad = vec4f(0.0);
  if (frame % params.frames < lengths[b] && report[b].y != 0.0 && factor != 0.0) {
    let real = vec4u(0u, 1u, 2u, 3u) + 4u * (i % wide) < vec4u(params.classes);
    grad = select(vec4f(0.0), factor * exp(logits[i] - top[frame]), real);
  }
  dlogits[i] = grad;
}
