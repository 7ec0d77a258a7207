// ctc_grad_labels: takes from what ctc_grad wrote how much of all alignments puts each class out in each frame.
//
//   γ[b,t,s]        = softmax over s of α[b,t,s] + β[b,t,s]
//   dlogits[b,t,v] -= coefficient[b] · Σ γ[b,t,s] over the states s that put out v
//
// paths       : [2, batch, frames, 2·labelRoom + 1] f32, α and β from ctc, LOWEST for states that a sample lacks
// owners      : [batch, labelRoom, 2] u32 from ctc: the class that a label is the first of, and the next label of its class
// lengths, report, coefficient, dlogits : as in ctc_grad
// A frame belongs to LANES lanes, which take its states in turn. Each class has one owner, the first label of it, which adds up the labels of its
// class in their order; the blank's sum is the frame's. As it stands here a frame belongs to one lane; as ctc_grad_labels_subgroup to a subgroup.
//
// α + β is the log-probability of all labels, shifted alike for all states of a frame, for whichever shift: so no shift is needed here, and the γ of
// a frame add up to 1. An exponential is never of a positive number, and at least one is of 0.

// use: row_lane

const LANES = 1u; // tune: 4 8 16 32 64, the adapter's subgroup size
const ROWS = 64u; // tune: 1 2 4, of subgroups
const LOWEST = -3.4e38;
const NONE = 0xffffffffu;

struct Params { batch: u32, frames: u32, labelRoom: u32, classes: u32, stride: u32, blank: u32 }

@group(0) @binding(0) var<storage, read> paths: array<f32>;
@group(0) @binding(1) var<storage, read> owners: array<vec2u>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read> report: array<vec2f>;
@group(0) @binding(4) var<storage, read> coefficient: array<f32>;
@group(0) @binding(5) var<storage, read_write> dlogits: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(LANES, ROWS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let rows = params.batch * params.frames;
  let frame = (group.y * groups.x + group.x) * ROWS + id.y;
  let known = min(frame, rows - 1u);
  let b = known / params.frames;
  let factor = coefficient[b];
  let counts = frame < rows && known % params.frames < lengths[b] && report[b].y != 0.0 && factor != 0.0;
  let labelRoom = select(0u, params.labelRoom, counts);
  let states = select(0u, 2u * params.labelRoom + 1u, counts);
  let forward = known * (2u * params.labelRoom + 1u);
  let backward = forward + rows * (2u * params.labelRoom + 1u);

  var highest = LOWEST;
  for (var s = id.x; s < states; s += LANES) { highest = max(highest, paths[forward + s] + paths[backward + s]); }
  let high = rowHighest(highest);
  var blanks = 0.0;
  var others = 0.0;
  for (var s = id.x; s < states; s += LANES) {
    let power = exp(paths[forward + s] + paths[backward + s] - high);
    blanks += select(0.0, power, (s & 1u) == 0u);
    others += select(power, 0.0, (s & 1u) == 0u);
  }
  let blank = rowTotal(blanks);
  let unit = factor / (blank + rowTotal(others));

  let start = known * params.stride;
  if (counts && id.x == 0u) { dlogits[start + params.blank] -= unit * blank; }
  for (var i = id.x; i < labelRoom; i += LANES) {
    let owned = owners[b * params.labelRoom + i].x;
    if (owned != NONE) {
      var sum = 0.0;
      for (var j = i; j < labelRoom; j = owners[b * params.labelRoom + j].y) {
        let s = 2u * j + 1u;
        sum += exp(paths[forward + s] + paths[backward + s] - high);
      }
      dlogits[start + owned] -= unit * sum;
    }
  }
}
