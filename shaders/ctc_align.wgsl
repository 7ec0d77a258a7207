// ctc_align: the most likely of all alignments of a sequence of labels to the frames (Viterbi), under the probabilities that ctc adds up.
//
//   states  e = (blank, label 0, blank, label 1, …, blank), S = 2·labels + 1      y[t,s] = logits[b,t,e_s] - top[b,t]
//   best[t,s] = y[t,s] + max(best[t-1,s], best[t-1,s-1], best[t-1,s-2] where e_s is a label other than e_{s-2}) - shift_t, with shifts as in ctc
//   path[b,t] = the state that the best alignment is in: label i in state 2i + 1, a blank in an even one; NONE past a length and where there is none
//
// Of alignments that are equally likely it takes, from the last frame on, the one that ends in the blank, and then the one that stays in its state
// before the one that came from its neighbour before the one that skipped: states are entered as early as can be.
//
// logits, top, labels, labelLengths, lengths : as in ctc
// best   : [batch, frames, 2·labelRoom + 1] f32; LOWEST for states and frames that a sample lacks
// path   : [batch, frames] u32
// report : [batch, 2] f32, (log-probability of that alignment, 1), or (0, 0) where there is none
// A workgroup owns a sample; its lanes take the states in turn, with one barrier a frame; then the first lane walks back. What it compares are the
// very numbers that the maximum was taken of.

// use: ctc_labels

const WG = 64u; // tune: 4 8 32 64 128 256
const MOST_STATES = 1025u;
const LOWEST = -1e30;
const DEAD = -5e29;
const NONE = 0xffffffffu;

struct Params { batch: u32, frames: u32, labelRoom: u32, classes: u32, stride: u32, blank: u32 }

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> top: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read> labelLengths: array<u32>;
@group(0) @binding(4) var<storage, read> lengths: array<u32>;
@group(0) @binding(5) var<storage, read_write> best: array<f32>;
@group(0) @binding(6) var<storage, read_write> path: array<u32>;
@group(0) @binding(7) var<storage, read_write> report: array<vec2f>;
@group(0) @binding(8) var<uniform> params: Params;

// Two rows of `best`, this frame's and the one before's, and the highest that each lane has of them.
var<workgroup> row: array<f32, 2u * MOST_STATES>;
var<workgroup> tops: array<f32, 2u * WG>;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let b = group.x;
  let count = labelsOf(b);
  let states = 2u * count + 1u;
  let room = 2u * params.labelRoom + 1u;
  let given = min(lengths[b], params.frames);
  let fits = hasAlignment(b, count, given);
  let frames = select(0u, given, fits);
  let base = b * params.frames * room;

  var shift = 0.0;
  var shifts = 0.0;
  for (var t = 0u; t < frames; t++) {
    let past = t & 1u;
    var high = 0.0;
    if (t > 0u) {
      high = LOWEST;
      for (var i = 0u; i < min(WG, states); i++) { high = max(high, tops[past * WG + i]); }
    }
    shift += high;
    if ((t & 31u) == 31u) {
      shifts += shift;
      shift = 0.0;
    }
    let older = past * MOST_STATES;
    let newer = (1u - past) * MOST_STATES;
    let frame = b * params.frames + t;
    let norm = top[frame];
    var highest = LOWEST;
    for (var s = lane; s < states; s += WG) {
      var reached = select(LOWEST, 0.0, s < 2u);
      if (t > 0u) {
        reached = row[older + s];
        if (s >= 1u) { reached = max(reached, row[older + s - 1u]); }
        if (skipsTo(b, s)) { reached = max(reached, row[older + s - 2u]); }
        reached -= high;
      }
      let next = reached + (logits[frame * params.stride + classOf(b, s)] - norm);
      let value = select(LOWEST, next, reached > DEAD && next > DEAD);
      row[newer + s] = value;
      highest = max(highest, value);
      best[base + t * room + s] = value;
    }
    for (var s = states + lane; s < room; s += WG) { best[base + t * room + s] = LOWEST; }
    tops[(1u - past) * WG + lane] = highest;
    workgroupBarrier();
  }
  for (var i = frames * room + lane; i < params.frames * room; i += WG) { best[base + i] = LOWEST; }
  for (var t = frames + lane; t < params.frames; t += WG) { path[b * params.frames + t] = NONE; }
  storageBarrier();

  if (lane == 0u) {
    var score = 0.0;
    if (frames > 0u) {
      let last = (frames & 1u) * MOST_STATES;
      var s = states - 1u;
      if (count > 0u) { if (row[last + s - 1u] > row[last + s]) { s -= 1u; } }
      score = shifts + shift + row[last + s];
      for (var t = frames - 1u; t > 0u; t--) {
        path[b * params.frames + t] = s;
        let before = base + (t - 1u) * room;
        var came = s;
        if (s >= 1u) { if (best[before + s - 1u] > best[before + came]) { came = s - 1u; } }
        if (skipsTo(b, s)) { if (best[before + s - 2u] > best[before + came]) { came = s - 2u; } }
        s = came;
      }
      path[b * params.frames] = s;
    }
    report[b] = vec2f(score, select(0.0, 1.0, fits));
  }
}
