// contrastive_prediction_grad_rows: the gradient of contrastive_prediction at the rows that predictions are compared with.
//
//   dz[r] = Σ share[p] · slope[p] · h[p / slots]        over the pairs p whose partner is r       (slope = result[p].y)
//           (+ what was there, if accumulate is 1)
//
// h       : [predictions, width] f32, width a multiple of 4, read as vec4
// result  : [predictions, slots, 2] f32, from contrastive_prediction
// share   : [predictions, slots] f32, a pair's share of the loss, times the loss scale if there is one
// start   : [rows + 1] u32: reverse[start[r]] … reverse[start[r + 1] - 1] are the pairs whose partner is r
// reverse : [predictions · slots] u32: pairs, those of one partner together; what start does not reach is not read
// dz      : [rows, width] f32, read as vec4; 0 in rows that are nobody's partner
// One lane owns four columns of one row and takes its pairs in order: no two lanes meet, and a sum has one fixed order.

const WG = 64u;

struct Params { rows: u32, width: u32, slots: u32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> h: array<vec4f>;
@group(0) @binding(1) var<storage, read> result: array<vec2f>;
@group(0) @binding(2) var<storage, read> share: array<f32>;
@group(0) @binding(3) var<storage, read> start: array<u32>;
@group(0) @binding(4) var<storage, read> reverse: array<u32>;
@group(0) @binding(5) var<storage, read_write> dz: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let cols = params.width / 4u;
  if (i < params.rows * cols) {
    let row = i / cols;
    var sum = vec4f(0.0);
    for (var k = start[row]; k < start[row + 1u]; k++) {
      let p = reverse[k];
      sum += share[p] * result[p].y * h[p / params.slots * cols + i % cols];
    }
    if (params.accumulate == 1u) { sum += dz[i]; }
    dz[i] = sum;
  }
}
