// contrastive_pairs_grad: the gradient of contrastive_pairs at every frame, from all pairs that the frame is in.
//
//   dx[r,c] = Σ share[p] · slope[p] · way(x[r,c] - x[o,c])       over the pairs p of frames r and o       (slope = result[p].y)
//             (+ what was there, if accumulate is 1)
//   way(off) = off in form 0, its sign (0 at 0) in form 1
//
// x, dx   : [batch, length, width] f32, width a multiple of 4, read as vec4; frames in no pair may hold anything, and get 0
// partner : [batch, length, slots] u32, as in contrastive_pairs
// result  : [batch, length, slots, 2] f32, from contrastive_pairs
// share   : [batch, length, slots] f32, a pair's share of the loss, times the loss scale if there is one
// start   : [batch · length + 1] u32: reverse[start[r]] … reverse[start[r + 1] - 1] are the pairs whose partner is r
// reverse : [batch · length · slots] u32: pairs, those of one partner together; what start does not reach is not read
// One lane owns four columns of one frame and takes its pairs in order: first those it is the anchor of, then those it is the partner of. So no
// two lanes meet, and the sum has one fixed order.

const WG = 64u;

struct Params { batch: u32, length: u32, width: u32, slots: u32, form: u32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> partner: array<u32>;
@group(0) @binding(2) var<storage, read> result: array<vec2f>;
@group(0) @binding(3) var<storage, read> share: array<f32>;
@group(0) @binding(4) var<storage, read> start: array<u32>;
@group(0) @binding(5) var<storage, read> reverse: array<u32>;
@group(0) @binding(6) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(7) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  if (i < params.batch * params.length * columns) {
    let row = i / columns;
    let c = i % columns;
    let clip = row / params.length * params.length;
    let own = x[i];
    var grad = vec4f(0.0);
    for (var p = row * params.slots; p < (row + 1u) * params.slots; p++) {
      if (partner[p] < params.length) { grad += pull(p, own - x[(clip + partner[p]) * columns + c]); }
    }
    for (var k = start[row]; k < start[row + 1u]; k++) {
      let p = reverse[k];
      grad += pull(p, own - x[p / params.slots * columns + c]);
    }
    if (params.accumulate == 1u) { grad += dx[i]; }
    dx[i] = grad;
  }
}

// What a pair adds to the gradient at one of its frames, which is off by so much from the other.
fn pull(p: u32, off: vec4f) -> vec4f {
  let size = share[p] * result[p].y;
  if (params.form == 1u) { return size * sign(off); }
  return size * off;
}
