// cross_entropy: how surprised a prediction over a vocabulary is by the right token, with label smoothing.
//
//   top[r]    = logSumExp over v < classes of logits[r,v]
//   loss[r]   = top[r] - (1 - smoothing)·logits[r,goal[r]] - smoothing/classes · Σ_v logits[r,v]
//   result[r] = (loss[r], top[r]), or (0, 0) where goal[r] is ignored
//
// That is PyTorch's label smoothing, kind 0. Kind 1 is JoeyNMT's: the class `ignored`, which is padding, is never wanted, the others share
// evenly what the right one gives up, and the loss is a Kullback-Leibler divergence, 0 where the prediction is what is wanted:
//
//   wanted[v] = 1 - smoothing at goal[r], 0 at `ignored`, smoothing/(classes - 2) elsewhere
//   loss[r]   = top[r] - Σ_v wanted[v]·logits[r,v] + Σ_v wanted[v]·log wanted[v]
//
// logits : [rows, stride] f32, stride a multiple of 4, read as vec4; columns from `classes` on may hold anything
// goal   : [rows] u32; the value `ignored`, or any not below `classes`, marks a row that does not count
// result : [rows, 2] f32
// As it stands here a row belongs to one lane; as cross_entropy_subgroup to a subgroup, for adapters whose lanes can pass numbers to each other.
// All lanes must stay for the sums: rows past the last stand in for the last one and are not stored, rows that do not count read no logits.

// use: class_sums

const LANES = 1u; // tune: 4 8 16 32 64, the adapter's subgroup size
const ROWS = 64u; // tune: 1 2 4, of subgroups

struct Params { rows: u32, classes: u32, stride: u32, ignored: u32, smoothing: f32, kind: u32 }

@group(0) @binding(0) var<storage, read> logits: array<vec4f>;
@group(0) @binding(1) var<storage, read> goal: array<u32>;
@group(0) @binding(2) var<storage, read_write> result: array<vec2f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(LANES, ROWS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let lane = id.x;
  let row = (group.y * groups.x + group.x) * ROWS + id.y;
  let known = min(row, params.rows - 1u);
  let right = goal[known];
  let counts = right != params.ignored && right < params.classes;
  let end = select(0u, (params.classes + 3u) / 4u, counts);
  let start = known * (params.stride / 4u);

  let sums = classSums(lane, start, end, right, select(vec2u(NONE), vec2u(right, params.ignored), params.kind == 1u));
  let top = sums.highest + log(sums.powers);
  let spread = params.smoothing;
  let share = spread / f32(params.classes - 2u * params.kind);
  var loss = top - (1.0 - spread) * sums.right - share * sums.all;
  if (params.kind == 1u && spread > 0.0) { loss += (1.0 - spread) * log(1.0 - spread) + spread * log(share); }
  if (lane == 0u && row < params.rows) { result[row] = select(vec2f(0.0), vec2f(loss, top), counts); }
}
