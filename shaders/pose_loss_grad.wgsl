// pose_loss_grad: the gradient of the batch's loss at every predicted number.
//
//   dpred[b,t,j] = weight[b] · coefficient[b] · 2(pred - goal)       (kind 0)
//                  weight[b] · coefficient[b] · sign(pred - goal)    (kind 1; 0 where they are equal)
//   and exactly 0 where t >= frames[b] or j >= numbers
//
// pred, goal, dpred   : [B,T,S] f32, S the stride, a multiple of 4, read as vec4
// frames              : [B] u32, real frames of each sample
// weight, coefficient : [B] f32
// One lane owns four neighbouring columns of one row.
//
// Padding may hold anything, NaN too: it is chosen away with select, never multiplied by 0. So is a sample whose factor is 0 (skipped),
// which therefore cannot spoil the batch's gradient even when its own prediction has overflowed.

const WG = 256u;

struct Params { batch: u32, length: u32, stride: u32, numbers: u32, kind: u32 }

@group(0) @binding(0) var<storage, read> pred: array<vec4f>;
@group(0) @binding(1) var<storage, read> goal: array<vec4f>;
@group(0) @binding(2) var<storage, read> frames: array<u32>;
@group(0) @binding(3) var<storage, read> weight: array<f32>;
@group(0) @binding(4) var<storage, read> coefficient: array<f32>;
@group(0) @binding(5) var<storage, read_write> dpred: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let wide = params.stride / 4u;
  if (i >= params.batch * params.length * wide) {
    return;
  }
  let row = i / wide;
  let b = row / params.length;
  let factor = weight[b] * coefficient[b];
  var grad = vec4f(0.0);
  if (row % params.length < frames[b] && factor != 0.0) {
    let column = vec4u(0u, 1u, 2u, 3u) + 4u * (i % wide);
    let d = pred[i] - goal[i];
    grad = select(vec4f(0.0), factor * select(2.0 * d, sign(d), params.kind == 1u), column < vec4u(params.numbers));
  }
  dpred[i] = grad;
}
