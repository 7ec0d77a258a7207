// ctc_log_sum: what makes log-probabilities of a frame's logits, which are logits - top.
//
//   top[b,t] = logSumExp over v < classes of logits[b,t,v]   where t < lengths[b], else 0
//
// logits  : [batch, frames, stride] f32, stride a multiple of 4, read as vec4; columns from `classes` on and frames past a length may hold anything
// lengths : [batch] u32
// top     : [batch, frames] f32
// A frame belongs to LANES lanes, which walk neighbouring vectors of four as in cross_entropy; frames past a length are not read. An exponential is
// never of a positive number, and at least one is of 0.

// use: row_lane

const LANES = 1u; // tune: 4 8 16 32 64, the adapter's subgroup size
const ROWS = 64u; // tune: 1 2 4, of subgroups
const LOWEST = -3.4e38;

struct Params { batch: u32, frames: u32, labelRoom: u32, classes: u32, stride: u32, blank: u32 }

@group(0) @binding(0) var<storage, read> logits: array<vec4f>;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read_write> top: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(LANES, ROWS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let rows = params.batch * params.frames;
  let row = (group.y * groups.x + group.x) * ROWS + id.y;
  let known = min(row, rows - 1u);
  let counts = known % params.frames < lengths[known / params.frames];
  let end = select(0u, (params.classes + 3u) / 4u, counts);
  let start = known * (params.stride / 4u);

  var high = LOWEST;
  var powers = 0.0;
  for (var v = id.x; v < end; v += LANES) {
    let real = vec4u(0u, 1u, 2u, 3u) + 4u * v < vec4u(params.classes);
    let seen = select(vec4f(LOWEST), logits[start + v], real);
    let higher = max(max(high, max(seen.x, seen.y)), max(seen.z, seen.w));
    let each = select(vec4f(0.0), exp(seen - higher), real);
    powers = powers * exp(high - higher) + ((each.x + each.y) + (each.z + each.w));
    high = higher;
  }

  let highest = rowHighest(high);
  let sum = rowTotal(powers * exp(high - highest));
  if (id.x == 0u && row < rows) { top[row] = select(0.0, highest + log(sum), counts); }
}
