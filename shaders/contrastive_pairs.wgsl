// contrastive_pairs: how far pairs of frames of a clip are apart, and what that costs: neighbours are to be close, frames far off distant.
//
//   d = ‖x[a] - x[o]‖ for slot s of anchor frame a = p / slots and its partner o = partner[p], a frame of the same clip
//   form 0, d Euclidean : loss = d               for s < positives (a neighbour)        max(0, maxDistance - d)           for the others
//   form 1, d of L1     : loss = softplus(d - maxDistance)                              softplus(maxDistance - d)
//   result[p] = (weight[p] · loss, slope); slope is dloss/dd in form 1, dloss/dd / d in form 0, whatever the weight; (0, 0) without a partner
//
// x       : [batch, length, width] f32, width a multiple of 4, read as vec4; frames in no pair may hold anything
// partner : [batch, length, slots] u32, a frame of the clip; from `length` on there is none
// weight  : [batch, length, slots] f32, a pair's share of the loss
// result  : [batch, length, slots, 2] f32
// A pair belongs to LANES lanes, which walk neighbouring vectors of four; then their sums are added pair by pair, in one fixed order. As it
// stands here a pair belongs to one lane; as contrastive_pairs_subgroup to a subgroup, for adapters whose lanes can pass numbers to each other.
// All lanes must stay for the sums: pairs past the last stand in for the last one and are not stored, pairs without a partner read no x.
// The slope at d = 0 is 0 in form 0: both frames are where they should be, or there is no way to tell which way to part them.
// softplus(z) = max(z, 0) + log(1 + e), e = exp(-|z|) ≤ 1: never an exponential of a positive number. The logarithm is a series, which keeps
// its digits for small e; WGSL's may be off by 2⁻²¹ near 1.

// use: row_lane, softplus, total

const LANES = 1u; // tune: 4 8 16 32 64, the adapter's subgroup size
const ROWS = 64u; // tune: 1 2 4, of subgroups

struct Params { batch: u32, length: u32, width: u32, positives: u32, slots: u32, form: u32, maxDistance: f32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> partner: array<u32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<vec2f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(LANES, ROWS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let pairs = params.batch * params.length * params.slots;
  let pair = (group.y * groups.x + group.x) * ROWS + id.y;
  let known = min(pair, pairs - 1u);
  let anchor = known / params.slots;
  let frame = partner[known];
  let counts = frame < params.length;
  let columns = params.width / 4u;
  let end = select(0u, columns, counts);
  let first = anchor * columns;
  let other = (anchor / params.length * params.length + min(frame, params.length - 1u)) * columns;

  var sum = vec4f(0.0);
  for (var c = id.x; c < end; c += LANES) {
    let off = x[first + c] - x[other + c];
    sum += select(off * off, abs(off), params.form == 1u);
  }
  let along = rowTotal(total(sum));
  let near = known % params.slots < params.positives;
  var cost = vec2f(0.0);
  if (params.form == 1u) {
    cost = softplus(select(params.maxDistance - along, along - params.maxDistance, near));
    cost.y = select(-cost.y, cost.y, near);
  } else {
    let d = sqrt(along);
    let short = max(params.maxDistance - d, 0.0);
    let pull = select(select(0.0, -1.0, short > 0.0), 1.0, near);
    cost = vec2f(select(short, d, near), select(0.0, pull / d, d > 0.0));
  }
  if (id.x == 0u && pair < pairs) { result[pair] = select(vec2f(0.0), vec2f(weight[known] * cost.x, cost.y), counts); }
}
