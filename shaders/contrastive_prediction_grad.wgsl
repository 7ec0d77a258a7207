// contrastive_prediction_grad: the gradient of contrastive_prediction at the predictions.
//
//   dh[g] = Σ share[p] · slope[p] · z[partner[p]]        over the slots p of prediction g       (slope = result[p].y)
//
// dh      : [predictions, width] f32, width a multiple of 4, read as vec4; 0 where a prediction has no partner
// z       : [rows, width] f32, read as vec4; rows that are nobody's partner may hold anything
// partner : [predictions, slots] u32, as in contrastive_prediction
// result  : [predictions, slots, 2] f32, from there
// share   : [predictions, slots] f32, a pair's share of the loss, times the loss scale if there is one
// One lane owns four columns of one prediction and takes its slots in order.

const WG = 64u;

struct Params { predictions: u32, rows: u32, width: u32, slots: u32 }

@group(0) @binding(0) var<storage, read> z: array<vec4f>;
@group(0) @binding(1) var<storage, read> partner: array<u32>;
@group(0) @binding(2) var<storage, read> result: array<vec2f>;
@group(0) @binding(3) var<storage, read> share: array<f32>;
@group(0) @binding(4) var<storage, read_write> dh: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let cols = params.width / 4u;
  if (i < params.predictions * cols) {
    let first = i / cols * params.slots;
    var sum = vec4f(0.0);
    for (var p = first; p < first + params.slots; p++) {
      if (partner[p] < params.rows) { sum += share[p] * result[p].y * z[partner[p] * cols + i % cols]; }
    }
    dh[i] = sum;
  }
}
