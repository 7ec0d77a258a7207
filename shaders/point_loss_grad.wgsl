// point_loss_grad: the gradient of the batch's loss on points at every predicted number.
//
//   With d, weight, kinds and shares as in point_loss, m[t] = weight[t]·weight[t-1] · (d[t] - d[t-1]), 0 in the first frame and behind the last:
//   kind 0, 2 : weight · (2d, or sign(d))  + for kind 0  shares[b].y · 2 · (m[t] - m[t+1])
//   kind 1    : shares[b].x · weight · (1 / (1 + exp(-pred)) - goal)
//   dpred     = sample[b] · coefficient[b] · that;   exactly 0 where the weight is 0, and where that factor is 0
//   (+ what was there, if accumulate is 1)
//
// pred, goal, weight, dpred : [B,T,S] f32, S the stride, a multiple of 4, read as vec4
// kinds                     : [S] u32, shares : [B,2] f32; weight is 0 past a clip's end and in padding
// sample, coefficient       : [B] f32
// One lane owns four neighbouring columns of one row.
//
// What has weight 0 may hold anything: it is chosen away with select.

const WG = 256u;

struct Params { batch: u32, length: u32, stride: u32, absolute: u32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> pred: array<vec4f>;
@group(0) @binding(1) var<storage, read> goal: array<vec4f>;
@group(0) @binding(2) var<storage, read> weight: array<vec4f>;
@group(0) @binding(3) var<storage, read> kinds: array<vec4u>;
@group(0) @binding(4) var<storage, read> shares: array<vec2f>;
@group(0) @binding(5) var<storage, read> sample: array<f32>;
@group(0) @binding(6) var<storage, read> coefficient: array<f32>;
@group(0) @binding(7) var<storage, read_write> dpred: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

// m of row `after`, whose frame is not the first of its clip.
fn pull(after: u32, before: u32) -> vec4f {
  let both = weight[after] * weight[before];
  let change = (pred[after] - goal[after]) - (pred[before] - goal[before]);
  return select(vec4f(0.0), both * change, both > vec4f(0.0));
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let wide = params.stride / 4u;
  if (i >= params.batch * params.length * wide) {
    return;
  }
  let row = i / wide;
  let b = row / params.length;
  let t = row % params.length;
  let factor = sample[b] * coefficient[b];
  let share = shares[b];
  var grad = vec4f(0.0);
  if (factor != 0.0) {
    let kind = kinds[i % wide];
    let w = weight[i];
    let d = pred[i] - goal[i];
    let placed = w * select(2.0 * d, sign(d), params.absolute == 1u);
    let x = pred[i];
    let e = exp(-abs(x));
    let seen = select(vec4f(1.0), e, x < vec4f(0.0)) / (1.0 + e);
    var moved = vec4f(0.0);
    if (share.y > 0.0) {
      if (t > 0u) { moved += pull(i, i - wide); }
      if (t + 1u < params.length) { moved -= pull(i + wide, i); }
    }
    let coordinate = placed + 2.0 * share.y * moved;
    let score = select(vec4f(0.0), share.x * w * (seen - goal[i]), share.x > 0.0);
    let way = select(select(select(vec4f(0.0), placed, kind == vec4u(2u)), score, kind == vec4u(1u)), coordinate, kind == vec4u(0u));
    grad = select(vec4f(0.0), factor * way, w > vec4f(0.0));
  }
  if (params.accumulate == 1u) { grad += dpred[i]; }
  dpred[i] = grad;
}
