// vocabulary_cross_entropy: cross_entropy with label smoothing over a vocabulary whose logits come a shard at a time, so that they are never all
// there: a running logSumExp over the shards.
//
//   sums[r]   = (highest, Σ e^(x - highest), right logit, Σ x) over the logits x of row r in this shard and, with accumulate 1, those before it
//   top       = highest + log Σ e^(x - highest)
//   result[r] = (top - (1 - smoothing)·right logit - smoothing/total · Σ x, top), or (0, 0) where goal[r] is ignored
//
// logits : [rows, stride] f32, stride a multiple of 4, read as vec4: of classes `first` to `first + classes`; columns behind may hold anything
// goal   : [rows] u32; the value `ignored`, or any not below `total`, marks a row that does not count
// sums   : [rows, 4] f32; of rows that do not count, those of no logits
// result : [rows, 2] f32: what cross_entropy gives, once the last shard was taken
// As it stands here a row belongs to one lane; as vocabulary_cross_entropy_subgroup to a subgroup.
// All lanes must stay for the sums: rows past the last stand in for the last one and are not stored, rows that do not count read no logits.

// use: class_sums

const LANES = 1u; // tune: 4 8 16 32 64, the adapter's subgroup size
const ROWS = 64u; // tune: 1 2 4, of subgroups

struct Params { rows: u32, classes: u32, stride: u32, first: u32, total: u32, ignored: u32, smoothing: f32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> logits: array<vec4f>;
@group(0) @binding(1) var<storage, read> goal: array<u32>;
@group(0) @binding(2) var<storage, read_write> sums: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> result: array<vec2f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(LANES, ROWS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let lane = id.x;
  let row = (group.y * groups.x + group.x) * ROWS + id.y;
  let known = min(row, params.rows - 1u);
  let right = goal[known];
  let counts = right != params.ignored && right < params.total;
  let end = select(0u, (params.classes + 3u) / 4u, counts);
  let start = known * (params.stride / 4u);

  let shard = classSums(lane, start, end, right - params.first, vec2u(NONE));
  if (lane != 0u || row >= params.rows) { return; }
  var before = vec4f(LOWEST, 0.0, 0.0, 0.0);
  if (params.accumulate == 1u) { before = sums[row]; }
  let highest = max(before.x, shard.highest);
  let all = before.y * exp(before.x - highest) + shard.powers * exp(shard.highest - highest);
  let now = vec4f(highest, all, before.z + shard.right, before.w + shard.all);
  let top = highest + log(all);
  let spread = params.smoothing;
  let loss = top - (1.0 - spread) * now.z - spread / f32(params.total) * now.w;
  sums[row] = now;
  result[row] = select(vec2f(0.0), vec2f(loss, top), counts);
}
