// beam_step: one step of beam search, on the GPU so that many run without the host.
//
//   For every sample that is not done, its K beams at t = lengths:
//   candidates  : each unfinished beam k with each token v, of score scores[k] + logits[k,v] - logSumExp(logits[k]);
//                 each finished beam as it is, of score scores[k]
//   the K best, in order of score, then of k, then of v, become the new beams:
//   scores = theirs      parent = the beam each comes from      input = its token (the end token goes on from a finished beam)
//   finished = t + 1 where the token is the end, or what the parent had      trail[b,t,·] = (parent, token)      lengths = t + 1
//   done[b] = t + 1 when all are finished or the room is full, t + 1 = capacity
//   A sample that is done is not touched, but its parents are themselves, so that its caches stay.
//
// logits   : [B·K,stride] f32, stride a multiple of 4, read as vec4
// scores   : [B·K] f32; before the first step 0 for the first beam of a sample and at most -1e30 for the others, which are alike
// finished, input, parent, lengths : [B·K] u32      trail : [B,capacity,K] of (parent, token)      done : [B] u32
// One lane owns one sample. K is at most 16. Sums of logarithms of at most 1: nothing overflows.

const WG = 8u;
const MOST = 16u;
const LOWEST = -3.4e38;
const DEAD = -1e29;

struct Params { batch: u32, beams: u32, classes: u32, stride: u32, capacity: u32, end: u32 }

@group(0) @binding(0) var<storage, read> logits: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> scores: array<f32>;
@group(0) @binding(2) var<storage, read_write> finished: array<u32>;
@group(0) @binding(3) var<storage, read_write> input: array<u32>;
@group(0) @binding(4) var<storage, read_write> parent: array<u32>;
@group(0) @binding(5) var<storage, read_write> trail: array<vec2u>;
@group(0) @binding(6) var<storage, read_write> lengths: array<u32>;
@group(0) @binding(7) var<storage, read_write> done: array<u32>;
@group(0) @binding(8) var<uniform> params: Params;

fn logit(row: u32, v: u32) -> f32 {
  return logits[(row * params.stride + v) / 4u][v % 4u];
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let b = (group.y * groups.x + group.x) * WG + lane;
  if (b >= params.batch) {
    return;
  }
  let first = b * params.beams;
  for (var k = 0u; k < params.beams; k++) {
    parent[first + k] = k;
  }
  let t = lengths[first];
  if (done[b] != 0u || t >= params.capacity) {
    return;
  }

  // What every candidate of a beam starts from: its score less its logSumExp.
  var base: array<f32, MOST>;
  var ended: array<u32, MOST>;
  for (var k = 0u; k < params.beams; k++) {
    ended[k] = finished[first + k];
    base[k] = scores[first + k];
    if (ended[k] == 0u) {
      var high = LOWEST;
      for (var v = 0u; v < params.classes; v++) {
        high = max(high, logit(first + k, v));
      }
      var powers = 0.0;
      for (var v = 0u; v < params.classes; v++) {
        powers += exp(logit(first + k, v) - high);
      }
      base[k] -= high + log(powers);
    }
  }

  // The n-th best is the largest candidate that comes after the one before: smaller, or equal and further on.
  var before = 3.4e38;
  var place = -1;
  var all = true;
  for (var n = 0u; n < params.beams; n++) {
    var best = LOWEST;
    var at = -1;
    for (var k = 0u; k < params.beams; k++) {
      if (base[k] > DEAD) {
        let tokens = select(params.classes, 1u, ended[k] != 0u);
        for (var v = 0u; v < tokens; v++) {
          var score = base[k];
          if (ended[k] == 0u) {
            score += logit(first + k, v);
          }
          let index = i32(k * params.classes + v);
          if (score > best && (score < before || (score == before && index > place))) {
            best = score;
            at = index;
          }
        }
      }
    }
    var source = n;
    var token = params.end;
    var length = 0u;
    if (at >= 0) {
      source = u32(at) / params.classes;
      length = ended[source];
      if (length == 0u) {
        token = u32(at) % params.classes;
        if (token == params.end) { length = t + 1u; }
      }
    }
    scores[first + n] = best;
    finished[first + n] = length;
    input[first + n] = token;
    parent[first + n] = source;
    trail[(b * params.capacity + t) * params.beams + n] = vec2u(source, token);
    lengths[first + n] = t + 1u;
    // A beam without a candidate waits for no one.
    all = all && (length != 0u || at < 0);
    before = best;
    place = at;
  }
  if (all || t + 1u >= params.capacity) {
    done[b] = t + 1u;
  }
}
