// ctc: connectionist temporal classification (Graves et al. 2006): the negative log-probability of a sequence of labels, over all its alignments to
// the frames, and how likely each alignment's beginnings and endings are.
//
//   states   e = (blank, label 0, blank, label 1, …, blank), S = 2·labels + 1      y[t,s] = logits[b,t,e_s] - top[b,t]
//   α[t,s]   = y[t,s] + logSumExp(α[t-1,s], α[t-1,s-1], α[t-1,s-2] where e_s is a label other than e_{s-2}) - shift_t
//   β[t,s]   = the same from the last frame and the last state on, where y[t,s] is left out of what is stored but not of what is gone on from
//   shift_t  = the highest of the frame before, 0 in the first, in which α is y for s < 2 and nothing for the others
//   loss[b]  = -logSumExp(α[T-1,S-1], α[T-1,S-2]) - Σ_t shift_t
//
// logits       : [batch, frames, stride] f32; columns from `classes` on and frames past a length may hold anything
// top          : [batch, frames] f32 from ctc_log_sum
// labels       : [batch, labelRoom] u32, of which labelLengths [batch] count, at most 512; never the blank
// lengths      : [batch] u32, frames of each sample
// paths        : [ways, batch, frames, 2·labelRoom + 1] f32: α, and β where ways is 2; LOWEST for states and frames that a sample lacks
// report       : [batch, 2] f32, (loss, 1), or (0, 0) where there is no alignment: of too few frames, or a label that is no class
// owners       : [batch, labelRoom, 2] u32: the class that a label is the first of, and the next label of its class, for ctc_grad_labels; NONE for none
// A workgroup owns a sample and a direction; its lanes take the states in turn, with one barrier a frame between a row and the next. β is α read
// from the other end, so both are one walk: state k of the walk is s = k or S-1-k.
//
// Shifted, a row lies near 0, where f32 is fine enough for hundreds of frames; LOWEST stands for log 0 and is never added to. Shifts are added in
// blocks of 32 frames and the blocks after each other, a tree fixed by the sample's own length.

// use: ctc_labels

const WG = 64u; // tune: 4 8 32 64 128 256
const MOST_STATES = 1025u;
const LOWEST = -1e30;
const DEAD = -5e29;
const NONE = 0xffffffffu;

struct Params { batch: u32, frames: u32, labelRoom: u32, classes: u32, stride: u32, blank: u32, ways: u32 }

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> top: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read> labelLengths: array<u32>;
@group(0) @binding(4) var<storage, read> lengths: array<u32>;
@group(0) @binding(5) var<storage, read_write> paths: array<f32>;
@group(0) @binding(6) var<storage, read_write> report: array<vec2f>;
@group(0) @binding(7) var<storage, read_write> owners: array<vec2u>;
@group(0) @binding(8) var<uniform> params: Params;

// Two rows of α or β, this frame's and the one before's, and the highest that each lane has of them.
var<workgroup> row: array<f32, 2u * MOST_STATES>;
var<workgroup> tops: array<f32, 2u * WG>;

fn logSum(a: f32, b: f32, c: f32) -> f32 {
  let high = max(max(a, b), c);
  return select(LOWEST, high + log(exp(a - high) + exp(b - high) + exp(c - high)), high > DEAD);
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let b = group.x;
  let backward = group.y == 1u;
  let count = labelsOf(b);
  let states = 2u * count + 1u;
  let room = 2u * params.labelRoom + 1u;
  let given = min(lengths[b], params.frames);
  let fits = hasAlignment(b, count, given);
  let frames = select(0u, given, fits);
  let base = (group.y * params.batch + b) * params.frames * room;

  var shift = 0.0;
  var shifts = 0.0;
  for (var n = 0u; n < frames; n++) {
    let t = select(n, frames - 1u - n, backward);
    let past = n & 1u;
    var high = 0.0;
    if (n > 0u) {
      high = LOWEST;
      for (var i = 0u; i < min(WG, states); i++) { high = max(high, tops[past * WG + i]); }
    }
    shift += high;
    if ((n & 31u) == 31u) {
      shifts += shift;
      shift = 0.0;
    }
    let older = past * MOST_STATES;
    let newer = (1u - past) * MOST_STATES;
    let frame = b * params.frames + t;
    let norm = top[frame];
    var highest = LOWEST;
    for (var k = lane; k < states; k += WG) {
      let s = select(k, states - 1u - k, backward);
      var reached = select(LOWEST, 0.0, k < 2u);
      if (n > 0u) {
        var second = LOWEST;
        var third = LOWEST;
        if (k >= 1u) { second = row[older + k - 1u]; }
        if (k >= 3u) {
          if (skipsTo(b, select(s, s + 2u, backward))) { third = row[older + k - 2u]; }
        }
        reached = logSum(row[older + k], second, third);
        reached = select(LOWEST, reached - high, reached > DEAD);
      }
      let next = max(LOWEST, reached + (logits[frame * params.stride + classOf(b, s)] - norm));
      let value = select(LOWEST, next, reached > DEAD && next > DEAD);
      row[newer + k] = value;
      highest = max(highest, value);
      paths[base + t * room + s] = select(value, reached, backward);
    }
    for (var s = states + lane; s < room; s += WG) { paths[base + t * room + s] = LOWEST; }
    tops[(1u - past) * WG + lane] = highest;
    workgroupBarrier();
  }
  for (var i = frames * room + lane; i < params.frames * room; i += WG) { paths[base + i] = LOWEST; }

  if (backward) { return; }
  if (lane == 0u) {
    var loss = 0.0;
    if (frames > 0u) {
      let last = (frames & 1u) * MOST_STATES + states - 1u;
      var before = LOWEST;
      if (count > 0u) { before = row[last - 1u]; }
      loss = -(shifts + shift + logSum(row[last], before, LOWEST));
    }
    report[b] = vec2f(loss, select(0.0, 1.0, fits));
  }
  let first = b * params.labelRoom;
  for (var i = lane; i < params.labelRoom; i += WG) {
    var owner = vec2u(NONE);
    if (i < count) {
      let label = labels[first + i];
      owner.x = label;
      for (var j = 0u; j < i; j++) { if (labels[first + j] == label) { owner.x = NONE; } }
      for (var j = count - 1u; j > i; j--) { if (labels[first + j] == label) { owner.y = j; } }
    }
    owners[first + i] = owner;
  }
}
