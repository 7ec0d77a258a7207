// point_loss: how far predicted points are from those that were detected, each as its weight says, and whether they are where they are seen.
//
//   d[t,c]       = pred - goal
//   place[t]     = Σ weight · (d² or |d|)                                     over columns of kind 0 and 2
//   score[t]     = Σ weight · (max(x, 0) - x·goal + ln(1 + exp(-|x|)))        over columns of kind 1, x = pred, a logit
//   motion[t]    = Σ weight[t]·weight[t-1] · (d[t] - d[t-1])²                 over columns of kind 0; 0 in a clip's first frame
//   rowSums[b,t] = (place + shares[b].x · score + shares[b].y · motion, Σ (d² or |d|) over columns of kind 0 whose weight is not 0)
//   terms[b,t]   = (shares[b].x · score, shares[b].y · motion)
//
// pred, goal, weight : [B,T,S] f32, S the stride, a multiple of 4, read as vec4; weight >= 0, and 0 past a clip's end and in padding
// kinds              : [S] u32, read as vec4: 0 a coordinate, 1 a score, 2 another number
// shares             : [B,2] f32
// rowSums, terms     : [B,T,2] f32
// One lane owns one row.
//
// What has weight 0 may hold anything: it is chosen away with select, never multiplied by 0. The order of sums is fixed.

const WG = 64u;

struct Params { batch: u32, length: u32, stride: u32, absolute: u32 }

@group(0) @binding(0) var<storage, read> pred: array<vec4f>;
@group(0) @binding(1) var<storage, read> goal: array<vec4f>;
@group(0) @binding(2) var<storage, read> weight: array<vec4f>;
@group(0) @binding(3) var<storage, read> kinds: array<vec4u>;
@group(0) @binding(4) var<storage, read> shares: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> rowSums: array<vec2f>;
@group(0) @binding(6) var<storage, read_write> terms: array<vec2f>;
@group(0) @binding(7) var<uniform> params: Params;

fn total(v: vec4f) -> f32 {
  return v.x + v.y + v.z + v.w;
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (group.y * groups.x + group.x) * WG + lane;
  if (row >= params.batch * params.length) {
    return;
  }
  let b = row / params.length;
  let t = row % params.length;
  var place = vec4f(0.0);
  var seen = vec4f(0.0);
  var score = vec4f(0.0);
  var motion = vec4f(0.0);
  let wide = params.stride / 4u;
  for (var v = 0u; v < wide; v++) {
    let i = row * wide + v;
    let kind = kinds[v];
    let w = weight[i];
    let counts = w > vec4f(0.0);
    let coordinate = counts & (kind == vec4u(0u));
    let d = pred[i] - goal[i];
    let cell = select(d * d, abs(d), params.absolute == 1u);
    place += select(vec4f(0.0), w * cell, coordinate | (counts & (kind == vec4u(2u))));
    seen += select(vec4f(0.0), cell, coordinate);
    let x = pred[i];
    let surprise = max(x, vec4f(0.0)) - x * goal[i] + log(1.0 + exp(-abs(x)));
    score += select(vec4f(0.0), w * surprise, counts & (kind == vec4u(1u)));
    if (t > 0u) {
      let both = w * weight[i - wide];
      let change = d - (pred[i - wide] - goal[i - wide]);
      motion += select(vec4f(0.0), both * change * change, coordinate & (both > vec4f(0.0)));
    }
  }
  let term = select(vec2f(0.0), shares[b] * vec2f(total(score), total(motion)), shares[b] > vec2f(0.0));
  rowSums[row] = vec2f(total(place) + term.x + term.y, total(seen));
  terms[row] = term;
}
